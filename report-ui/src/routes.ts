// What an address (`#/story/kind/...`) leads to. Every mark of the page is a link to one of these.
import { measureWords, voiceWords } from "./charts";
import type { Context } from "./context";
import { type Difference, article, run } from "./data";
import { h, signed } from "./dom";
import { type Evidence, figureLines } from "./drawer";

export interface Route {
  story: number;
  kind: string;
  rest: string[];
}

export function parse(hash: string): Route {
  const parts = hash.replace(/^#\/?/, "").split("/").filter(Boolean).map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  const number = Number(parts[0]);
  const known = Number.isInteger(number) && number >= 0 && number < run().stories.length;
  return { story: known ? number : 0, kind: (known ? parts[1] : "") ?? "", rest: known ? parts.slice(2) : [] };
}

const MAKERS: Record<string, (ctx: Context, rest: string[]) => Evidence | null> = {
  figure: (ctx, [id]) => {
    const m = ctx.story.figure(id ?? "");
    if (!m) return null;
    const about = m.target ? `: ${ctx.story.nameOf(m.target)}` : "";
    const title = `${m.doc ? ctx.nameOf(m.doc) : m.outlet ?? "All articles"} · ${measureWords(m.measure)}${about}`;
    return { title, lines: figureLines(ctx, m), groups: [{ name: null, ids: m.evidence }] };
  },
  finding: (ctx, [id]) => {
    const finding = ctx.story.raw.findings?.find((one) => one.id === id);
    if (!finding) return null;
    const figures = finding.measurements.map((one) => ctx.story.figure(one)).filter((m) => m !== undefined);
    const tests = finding.measurements.map((one) => ctx.story.raw.differences?.find((other) => other.id === one)).filter((one) => one !== undefined);
    const facts = finding.measurements.map((one) => ctx.story.raw.facts?.find((other) => other.id === one)).filter((one) => one !== undefined);
    const own = new Set(finding.evidence);
    const groups = own.size ? [{ name: null, ids: finding.evidence }] : figures.filter((m) => m.evidence.length).map((m) => ({ name: m.doc ? ctx.nameOf(m.doc) : m.outlet, ids: m.evidence }));
    return { title: finding.text, lines: [
      ...figures.map((m) => h("a", { class: "mark", href: ctx.link("figure", m.id) }, `${m.doc ? ctx.nameOf(m.doc) : m.outlet ?? "All articles"}: ${figureLines(ctx, m)[0]}`)),
      ...tests.map((one) => h("a", { class: "mark", href: ctx.link("difference", one.id) }, differenceWords(ctx, one))),
      ...facts.map((one) => h("a", { class: "mark", href: ctx.link("fact", one.id) }, `Fact: ${one.text}`)),
    ], groups };
  },
  fact: (ctx, [id, doc]) => {
    const fact = ctx.story.raw.facts?.find((one) => one.id === id);
    if (!fact) return null;
    const cells = fact.cells.filter((cell) => cell.evidence.length && (doc === undefined || cell.doc_id === doc));
    const lines = fact.cells.filter((cell) => doc === undefined || cell.doc_id === doc).map((cell) => {
      const likeness = cell.likeness === null ? "" : `, likeness ${cell.likeness.toFixed(2)}`;
      return `${ctx.nameOf(cell.doc_id)}: ${cell.status}${cell.voice ? `, ${voiceWords(cell.voice)}` : ""}${likeness}`;
    });
    return { title: fact.text, lines, groups: cells.map((cell) => ({ name: `${ctx.nameOf(cell.doc_id)} (${cell.status})`, ids: cell.evidence })) };
  },
  speaker: (ctx, [index, doc]) => {
    const speaker = ctx.story.raw.speakers[Number(index)];
    if (!speaker) return null;
    const uses = speaker.uses.filter((use) => doc === undefined || use.doc_id === doc);
    return {
      title: `${speaker.name ?? "Speaker not named, or not found"}${doc === undefined ? "" : ` in ${ctx.nameOf(doc)}`}`,
      lines: uses.map((use) => `${voiceWords(use.voice)}: ${use.words} words in ${use.quotes}; ${use.verbs.map((verb) => `${verb.lemma}${verb.class ? ` (${verb.class})` : ""}`).join(", ") || "no verb"}`),
      groups: uses.map((use) => ({ name: doc === undefined ? `${ctx.nameOf(use.doc_id)}, ${voiceWords(use.voice)}` : voiceWords(use.voice), ids: use.evidence })),
    };
  },
  name: (ctx, [actor, doc, form, label]) => {
    const found = article(doc ?? "");
    const uses = ctx.story.actor(actor ?? "")?.names.filter((use) => use.doc_id === doc && use.form === form && use.label === label);
    if (!found || !doc || !uses?.length || !label) return null;
    const entities = new Set(uses.map((use) => use.entity));
    const fits = found.raw.mentions.filter(([, , , , of, entity]) => entity !== null && entities.has(entity) && of === form);
    const same = fits.filter(([, start, end]) => found.cut(start, end).toLowerCase().includes(label.toLowerCase()));
    const ids = [...new Set((same.length ? same : fits).map(([sentence]) => `${doc}#${sentence}`))];
    return { title: `“${label}” in ${ctx.nameOf(doc)}`, lines: [`${ctx.story.nameOf(actor!)}, as a ${form!.replace("_", " ")}: ${uses.reduce((n, use) => n + use.own, 0)} in its own words, ${uses.reduce((n, use) => n + use.reported, 0)} in words it quotes or reports`], groups: [{ name: null, ids }], words: label };
  },
  words: (ctx, [index]) => {
    const one = ctx.story.raw.wording?.[Number(index)];
    if (!one) return null;
    return { title: `“${one.phrase}”`, lines: [`${one.count} in ${one.of_words} words here, ${one.others} in ${one.of_others} elsewhere; log-odds ${signed(one.log_odds)}, z ${one.z.toFixed(2)}`], groups: [{ name: null, ids: one.evidence }], words: one.phrase };
  },
  quote: (ctx, [id]) => {
    const one = ctx.story.raw.renderings?.find((rendering) => rendering.id === id);
    if (!one) return null;
    return { title: `The same words of ${one.name ?? "a speaker who was not found"}`, groups: one.versions.map((version) => ({ name: `${ctx.nameOf(version.doc_id)}, ${voiceWords(version.voice)}${version.verb ? `, “${version.verb.lemma}”` : ""}`, ids: version.evidence })) };
  },
  headline: (ctx, [doc]) => {
    const one = ctx.story.raw.headlines?.find((headline) => headline.doc_id === doc);
    return one ? { title: one.text, groups: [{ name: null, ids: one.evidence }] } : null;
  },
  sentence: (ctx, [doc, sentence]) => (doc === undefined ? null : { title: `${ctx.nameOf(doc)}, sentence ${sentence}`, groups: [{ name: null, ids: [`${doc}#${sentence}`] }] }),
  pair: (ctx, [index, which]) => {
    const one = ctx.story.raw.shared[Number(index)];
    if (!one) return null;
    const [first, second] = one.doc_ids.map((id) => ctx.nameOf(id)) as [string, string];
    if (which === "edited") return { title: `Sentences edited between ${first} and ${second}`, groups: one.pairs.filter(([, , likeness]) => likeness < 1).flatMap(([a, b, likeness]) => [{ name: `${first} (likeness ${likeness.toFixed(2)})`, ids: [a] }, { name: second, ids: [b] }]) };
    return { title: `Only in ${which === "second" ? second : first}`, groups: [{ name: null, ids: which === "second" ? one.only_second : one.only_first }] };
  },
  difference: (ctx, [id]) => {
    const one = ctx.story.raw.differences?.find((difference) => difference.id === id);
    if (!one) return null;
    const figures = one.measurements.map((figure) => ctx.story.figure(figure)).filter((m) => m !== undefined);
    return { title: `${measureWords(one.measure)}${one.target ? `: ${ctx.story.nameOf(one.target)}` : ""}`, lines: [differenceWords(ctx, one), ...figures.map((m) => `${m.doc ? ctx.nameOf(m.doc) : m.outlet ?? ""}: ${figureLines(ctx, m)[0]}`)], groups: figures.map((m) => ({ name: m.doc ? ctx.nameOf(m.doc) : m.outlet, ids: m.evidence })) };
  },
};

/** A tested difference in words. */
export function differenceWords(ctx: Context, one: Difference): string {
  const [own, others] = one.values ?? [null, null];
  const p = (value: number | null) => (value === null ? "none" : value < 0.001 ? "< 0.001" : value.toFixed(3));
  const values = typeof own === "number" && typeof others === "number" ? `${signed(own)} against ${signed(others)} in the others; ` : "";
  const left = one.left_out?.length ? `; without ${one.left_out.map((id) => ctx.nameOf(id)).join(", ")}, which share${one.left_out.length === 1 ? "s" : ""} its text` : "";
  return `${one.compared ? `${ctx.nameOf(one.compared)}: ` : ""}${values}difference ${one.difference === null ? "none" : signed(one.difference)}, p ${p(one.p)}, q ${p(one.q)}${left}`;
}

/** The evidence an address asks for; null where it leads to something else. */
export function evidence(ctx: Context, route: Route): Evidence | null {
  const make = Object.hasOwn(MAKERS, route.kind) ? MAKERS[route.kind] : undefined;
  if (!make) return null;
  return make(ctx, route.rest) ?? { title: "This is not in the page", groups: [] };
}
