// The parts of a story's page, in their order. A part is drawn only when its data is there.
import { SHARE, SPOKEN, TONE, dots, heat, interval, measureWords, shape, shareScale, statusWords, strip, voiceBars, voiceWords } from "./charts";
import type { Context } from "./context";
import { type Measurement, type Shared, article, place } from "./data";
import { type Child, h, percent, plural, signed } from "./dom";
import { type Cell, figure } from "./figure";
import { NOTES, VOICES } from "./notes";

export interface Section {
  id: string;
  name: string;
  heading: string;
  lead?: string;
  has: (ctx: Context) => boolean;
  draw: (ctx: Context) => Child[];
}

const any = (ctx: Context, measure: string) => ctx.story.measurements.some((m) => m.measure === measure);

export const SECTIONS: Section[] = [
  { id: "articles", name: "Articles", heading: "What stands out in each article", has: (ctx) => Boolean(ctx.story.raw.findings?.some((one) => one.doc_id !== null)), draw: byArticle },
  { id: "voices", name: "Voices", heading: "Whose words the articles are made of", has: (ctx) => any(ctx, "voice_share"), draw: voices },
  { id: "tone", name: "Tone", heading: "Tone towards each actor, by whose words they are", has: (ctx) => any(ctx, "tone_mean"), draw: tone },
  { id: "frames", name: "Frames", heading: "Frames the story is set in", has: (ctx) => any(ctx, "frame_share"), draw: frames },
  { id: "coverage", name: "Coverage", heading: "What each article tells, and what it leaves out", has: (ctx) => Boolean(ctx.story.raw.facts?.length), draw: coverage },
  { id: "names", name: "Names", heading: "What the articles call each actor", has: (ctx) => ctx.story.actors.some((actor) => actor.main), draw: names },
  { id: "quotes", name: "Quotes", heading: "The same words, as each article gives them", has: (ctx) => Boolean(ctx.story.raw.renderings?.length), draw: renderings },
  { id: "wording", name: "Wording", heading: "Words that set an article apart", has: (ctx) => Boolean(ctx.story.raw.wording?.length), draw: wording },
  { id: "headlines", name: "Headlines", heading: "Headlines side by side", has: (ctx) => Boolean(ctx.story.raw.headlines?.length), draw: headlines },
  { id: "actors", name: "Actors", heading: "Who the articles are about", has: (ctx) => any(ctx, "sentence_share"), draw: actors },
  { id: "shared", name: "Shared text", heading: "Text that articles share", has: (ctx) => ctx.story.docs.length > 1, draw: shared },
  { id: "more", name: "More measures", heading: "Stance, loaded wording, hedging", has: (ctx) => others(ctx).length > 0, draw: more },
  { id: "differences", name: "Tests", heading: "Tested differences", has: (ctx) => Boolean(ctx.story.raw.differences?.length), draw: differences },
  { id: "figures", name: "All figures", heading: "All figures", has: (ctx) => ctx.story.measurements.length > 0, draw: allFigures },
];

/** Columns of a table of measurements. */
const COLUMNS = ["doc_id", "outlet", "measure", "target", "holder", "voice", "value", "ci_low", "ci_high", "ci_kind", "n", "n_shared", "n_unit", "status"];
const row = (ctx: Context, m: Measurement): Cell[] =>
  [m.doc, m.outlet, m.measure, m.target && ctx.story.nameOf(m.target), m.holder && ctx.story.nameOf(m.holder), m.voice, m.value, m.low, m.high, m.ciKind, m.n, m.nShared, m.nUnit, m.status];

function voiceKey(voices: readonly string[]): Child {
  return voices.map((voice) => h("span", null, h("i", { class: `swatch ${voice}` }), VOICES[voice] ?? voice));
}

function table(ctx: Context, first: string, kind: string, rows: Child): HTMLElement {
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${first} by article` }, h("table", { class: kind },
    h("thead", null, h("tr", null, h("th", { scope: "col" }, first), ctx.docs.map((doc) => h("th", { scope: "col", class: "outside" }, ctx.name(doc))))),
    h("tbody", null, rows)));
}

function byArticle(ctx: Context): Child[] {
  const of = (doc: string) => (ctx.story.raw.findings ?? []).filter((one) => one.doc_id === doc);
  return [figure({
    name: "findings", title: null, note: NOTES.findings,
    body: h("div", { class: "wide" }, ctx.docs.map((doc) => h("div", null, h("h4", { class: "outside" }, h("a", { class: "mark", href: ctx.link("article", doc.doc_id) }, ctx.name(doc))),
      h("ul", { class: "points" }, of(doc.doc_id).map((one) => h("li", null, h("a", { class: "mark outside", href: ctx.link("finding", one.id) }, one.text)))),
      of(doc.doc_id).length ? null : h("p", { class: "soft" }, "Nothing stands out.")))),
    table: () => ({ columns: ["id", "doc_id", "outlet", "kind", "strength", "text", "evidence"], rows: (ctx.story.raw.findings ?? []).map((one) => [one.id, one.doc_id, one.outlet, one.kind, one.strength, one.text, one.evidence.join("; ")]) }),
  })];
}

function voices(ctx: Context): Child[] {
  const figures = () => ctx.docs.flatMap((doc) => SPOKEN.flatMap((voice) => ctx.story.one("voice_share", doc.doc_id, null, voice) ?? []));
  const speakers = ctx.story.raw.speakers.filter((speaker) => speaker.uses.some((use) => ctx.chosen.has(use.doc_id)) && (ctx.actor === null || speaker.actor === ctx.actor));
  const most = Math.max(1, ...speakers.flatMap((speaker) => ctx.docs.map((doc) => speaker.uses.filter((use) => use.doc_id === doc.doc_id).reduce((sum, use) => sum + use.words, 0))));
  const SHOWN = 12;
  const line = (speaker: (typeof speakers)[number]) => {
    const index = ctx.story.raw.speakers.indexOf(speaker);
    return h("tr", null,
      h("th", { scope: "row", class: "outside" }, speaker.actor ? speaker.name : h("span", { class: "soft" }, speaker.name ?? "not named, or not found")),
      ctx.docs.map((doc) => {
        const uses = speaker.uses.filter((use) => use.doc_id === doc.doc_id);
        const words = uses.reduce((sum, use) => sum + use.words, 0);
        if (!words) return h("td", { class: "soft" }, "–");
        const verbs = new Map<string, number>();
        uses.forEach((use) => use.verbs.forEach((verb) => verbs.set(verb.lemma, (verbs.get(verb.lemma) ?? 0) + verb.count)));
        const bar = h("span", { class: "share", "aria-hidden": "true" }, uses.map((use) => {
          const piece = h("span", { class: use.voice });
          piece.style.width = `${(100 * use.words) / most}%`;
          return piece;
        }));
        return h("td", null, h("a", { class: "mark", href: ctx.link("speaker", index, doc.doc_id) }, plural(words, "word")), bar,
          h("span", { class: "soft n" }, [...verbs].sort((a, b) => b[1] - a[1]).slice(0, 4).map(([verb, count]) => (count > 1 ? `${verb} ${count}` : verb)).join(", ")));
      }));
  };
  const body = h("tbody", null, speakers.slice(0, SHOWN).map(line));
  const list = table(ctx, "Speaker", "grid-table", []);
  list.querySelector("tbody")!.replaceWith(body);
  return [
    figure({ name: "voices", title: null, key: voiceKey(SPOKEN), note: NOTES.voices, body: voiceBars(ctx), table: () => ({ columns: COLUMNS, rows: figures().map((m) => row(ctx, m)) }) }),
    figure({
      name: "speakers", title: "Who speaks", key: voiceKey(SPOKEN.slice(1)), note: NOTES.speakers, body: [list, moreRows(body, speakers.slice(SHOWN), line)],
      table: () => ({
        columns: ["speaker", "doc_id", "voice", "words", "quotations", "verbs"],
        rows: speakers.flatMap((speaker) => speaker.uses.filter((use) => ctx.chosen.has(use.doc_id)).map((use) =>
          [speaker.name, use.doc_id, use.voice, use.words, use.quotes, use.verbs.map((verb) => `${verb.lemma} ${verb.count}`).join("; ")])),
      }),
    }),
  ];
}

/** A button that adds rows to a table, a hundred at a time. */
function moreRows<T>(body: Element, rest: T[], line: (item: T) => Node): Child {
  if (!rest.length) return null;
  let at = 0;
  const words = () => `Show ${Math.min(100, rest.length - at)} more of ${rest.length - at}`;
  const button = h("button", { type: "button", onclick: () => {
    body.append(...rest.slice(at, at + 100).map(line));
    at += 100;
    if (at >= rest.length) button.remove();
    else button.textContent = words();
  } }, words());
  return button;
}

const TONES = ["own", "direct", "mixed", "indirect", "unresolved"];

function tone(ctx: Context): Child[] {
  const shown = new Set(["own", "direct", "mixed", "indirect"]);
  const panels = h("div", { class: "panels" });
  const draw = () => panels.replaceChildren(...ctx.actors.map((actor) => {
    const rows = ctx.docs.map((doc) => {
      const all = ctx.story.figures("tone_mean", doc.doc_id, actor.id);
      const by = all.filter((m) => m.holder !== null && shown.has("speaker") && m.status === "ok");
      const voiced = all.filter((m) => m.holder === null && m.voice !== null && shown.has(m.voice));
      const marks = [...voiced, ...by].filter((m) => m.status === "ok" && m.value !== null).map((m) => ({
        m, kind: m.holder ? "speaker" : m.voice!, words: `tone towards ${actor.name}, ${m.holder ? `view of ${ctx.story.nameOf(m.holder)}` : voiceWords(m.voice)}`,
      }));
      const few = voiced.filter((m) => m.status === "insufficient" && m.n > 0);
      const rest = few.map((m, index) => ({ words: `${index ? "" : "too few: "}${voiceWords(m.voice)} ${m.n}`, href: ctx.figureLink(m) }));
      if (!marks.length && !rest.length) rest.push({ words: voiced.some((m) => m.status === "unknown") ? "unknown" : "no mention", href: null });
      return { doc, marks, rest };
    });
    return h("div", { "data-heading": actor.name }, h("h4", { class: "outside" }, actor.name), dots(ctx, rows, TONE, `Tone towards ${actor.name}`));
  }));
  draw();
  const key = [...TONES, "speaker"].map((voice) => h("label", null,
    h("input", { type: "checkbox", checked: shown.has(voice), "data-voice": voice, onchange: (event) => {
      if ((event.target as HTMLInputElement).checked) shown.add(voice);
      else shown.delete(voice);
      draw();
    } }), shape(voice), VOICES[voice]!));
  const figures = () => ctx.actors.flatMap((actor) => ctx.docs.flatMap((doc) => ctx.story.figures("tone_mean", doc.doc_id, actor.id)));
  return [figure({
    name: "tone", title: null, key: [key, h("span", null, "−1 negative · +1 positive · line: 95 % interval · n: mentions")], note: NOTES.tone, body: panels,
    table: () => ({ columns: COLUMNS, rows: figures().map((m) => row(ctx, m)) }),
  }), telling(ctx)];
}

function telling(ctx: Context): Child {
  const sentence = (m: Measurement) => {
    const { doc, sentence } = place(m.evidence[0] ?? "#");
    return article(doc)?.sentence(sentence) ?? "";
  };
  if (!any(ctx, "telling_sentence")) return null;
  return figure({
    name: "telling-sentences", title: "The sentence with the strongest tone towards each actor", note: "As the model reads it: a sentence to read, not an estimate.",
    body: table(ctx, "Actor", "grid-table", ctx.actors.map((actor) => h("tr", null, h("th", { scope: "row", class: "outside" }, actor.name), ctx.docs.map((doc) => {
      const m = ctx.story.figures("telling_sentence", doc.doc_id, actor.id)[0];
      if (!m?.evidence.length) return h("td", { class: "soft" }, "–");
      return h("td", { class: "outside" }, h("a", { class: "mark serif", href: ctx.figureLink(m) }, shorten(sentence(m), 150)), " ", h("span", { class: "n" }, `${signed(m.value ?? 0)}, ${voiceWords(m.voice)}`));
    })))),
    table: () => ({ columns: ["actor", "doc_id", "voice", "score", "sentence"], rows: ctx.actors.flatMap((actor) => ctx.docs.flatMap((doc) => ctx.story.figures("telling_sentence", doc.doc_id, actor.id).map((m) => [actor.name, doc.doc_id, m.voice, m.value, sentence(m)]))) }),
  });
}

function frames(ctx: Context): Child[] {
  const all = ctx.story.measurements.filter((m) => m.measure === "frame_share" && m.scope === "article" && m.target !== null);
  const voices = [...new Set(all.map((m) => m.voice ?? "all"))];
  const targets = [...new Set(all.map((m) => m.target!))];
  const choice = h("select", { "aria-label": "Whose words", onchange: () => draw() }, voices.map((voice) => h("option", { value: voice }, voice === "all" ? "all sentences" : VOICES[voice] ?? voice)));
  const box = h("div");
  const chosen = () => all.filter((m) => (m.voice ?? "all") === choice.value && m.doc !== null && ctx.chosen.has(m.doc));
  const draw = () => {
    const of = chosen();
    const sum = (target: string) => of.filter((m) => m.target === target).reduce((total, m) => total + (m.value ?? 0), 0);
    box.replaceChildren(heat(ctx, targets.slice().sort((a, b) => sum(b) - sum(a)).map((target) => ({
      name: frameName(target),
      cells: ctx.docs.map((doc) => of.find((m) => m.target === target && m.doc === doc.doc_id)),
    })), "Frames by article"));
  };
  draw();
  return [figure({
    name: "frames", title: null, key: [choice, h("span", null, "the stronger the shade, the larger the share of the body; dashed: no figure")], note: NOTES.frames,
    body: box, table: () => ({ columns: COLUMNS, rows: chosen().map((m) => row(ctx, m)) }),
  })];
}

/** `frame:policy-frames/health_and_safety` as people say it. */
export function frameName(target: string): string {
  const words = target.slice(Math.max(target.lastIndexOf("/"), target.lastIndexOf(":")) + 1).replace(/[_-]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const SIGNS: Record<string, [sign: string, words: string]> = {
  told: ["●", "told"],
  contradicted: ["✕", "contradicted"],
  absent: ["–", "absent"],
  unknown: ["?", "unknown"],
};

function coverage(ctx: Context): Child[] {
  const facts = ctx.story.raw.facts ?? [];
  const kinds: Record<string, string> = { all_but_one: "All articles but one", only_one: "Only one article", shared: "Several articles", unclear: "One; others unclear", later: "Later articles only" };
  const body = h("tbody");
  const filter = h("select", { "aria-label": "Which facts", onchange: () => draw() },
    h("option", { value: "" }, `All facts (${facts.length})`),
    Object.entries(kinds).filter(([kind]) => facts.some((fact) => fact.kind === kind)).map(([kind, words]) => h("option", { value: kind }, `${words} (${facts.filter((fact) => fact.kind === kind).length})`)));
  const wanted = () => facts.filter((fact) => (!filter.value || fact.kind === filter.value) && (ctx.actor === null || fact.actors.includes(ctx.actor)));
  const line = (fact: (typeof facts)[number]) => h("tr", null,
    h("th", { scope: "row", class: "outside" }, h("a", { class: "mark serif", href: ctx.link("fact", fact.id) }, shorten(fact.text, 170)), " ",
      h("span", { class: "n", title: fact.independent_telling === undefined ? null : `${fact.independent_telling} when copies of one text count as one` }, `${fact.outlets_telling} of ${fact.cells.length}`)),
    ctx.docs.map((doc) => {
      const cell = fact.cells.find((one) => one.doc_id === doc.doc_id);
      if (!cell) return h("td");
      const [sign, words] = SIGNS[cell.status] ?? ["?", cell.status];
      const where = cell.position === null ? "" : cell.position < 0.005 ? "at the start" : `at ${percent(cell.position)}`;
      const said = cell.status === "told" ? [cell.voice && cell.voice !== "own" ? voiceWords(cell.voice) : "", where].filter(Boolean).join(", ") : words;
      const content: Child[] = [h("b", { "aria-hidden": "true" }, sign), h("span", null, said || words)];
      const about = `${ctx.name(doc)}: ${words}${said && said !== words ? `, ${said}` : ""}`;
      return h("td", null, cell.evidence.length
        ? h("a", { class: `cell ${cell.status}`, href: ctx.link("fact", fact.id, doc.doc_id), "aria-label": about }, content)
        : h("span", { class: `cell ${cell.status}`, "aria-label": about, role: "img" }, content));
    }));
  const grid = table(ctx, "Fact", "cover", []);
  grid.querySelector("tbody")!.replaceWith(body);
  const rest = h("div");
  const SHOWN = 25;
  const draw = () => {
    const found = wanted();
    body.replaceChildren(...found.slice(0, SHOWN).map(line));
    const button = moreRows(body, found.slice(SHOWN), line);
    rest.replaceChildren(...(button instanceof Node ? [button] : []));
  };
  draw();
  return [figure({
    name: "coverage", title: null, note: NOTES.coverage,
    key: [Object.entries(SIGNS).map(([status, [sign, words]]) => h("span", null, h("b", null, sign), status === "unknown" ? "not sure: something near, or the page stops early" : words)), filter],
    body: [grid, rest],
    words: () => ({
      first: 360, heads: ["Fact", ...ctx.docs.map((doc) => ctx.name(doc))],
      rows: wanted().slice(0, body.children.length).map((fact) => [[shorten(fact.text, 170)], ...ctx.docs.map((doc) => {
        const cell = fact.cells.find((one) => one.doc_id === doc.doc_id);
        return [cell ? (SIGNS[cell.status] ?? ["?", cell.status]).join(" ") : ""];
      })]),
    }),
    table: () => ({ columns: ["fact", "text", "kind", "told_by", ...ctx.docs.map((doc) => ctx.name(doc))], rows: wanted().map((fact) => [fact.id, fact.text, fact.kind ?? null, fact.outlets_telling, ...ctx.docs.map((doc) => fact.cells.find((cell) => cell.doc_id === doc.doc_id)?.status ?? null)]) }),
  })];
}

function names(ctx: Context): Child[] {
  const used = (actor: (typeof ctx.actors)[number], doc: string) => actor.names.filter((use) => use.doc_id === doc && use.own + use.reported > 0);
  const called = (actor: (typeof ctx.actors)[number], doc: string) =>
    used(actor, doc).filter((use) => use.form !== "pronoun").sort((a, b) => Number(a.form === "description") - Number(b.form === "description") || b.own + b.reported - a.own - a.reported);
  const cell = (actor: (typeof ctx.actors)[number], doc: string): Child => {
    const uses = used(actor, doc);
    const pronouns = uses.filter((use) => use.form === "pronoun");
    if (!uses.length) return h("span", { class: "soft" }, "–");
    const counts = (own: number, reported: number) => h("span", { class: "n" }, ` ${own + reported}${reported ? ` (${reported})` : ""}`);
    return h("ul", { class: "plain-list" },
      called(actor, doc).map((use) => h("li", { class: "outside" }, h("a", { class: "mark", href: ctx.link("name", actor.id, doc, use.form, use.label) }, use.label), counts(use.own, use.reported))),
      pronouns.length ? h("li", { class: "soft" }, "pronouns", counts(pronouns.reduce((n, use) => n + use.own, 0), pronouns.reduce((n, use) => n + use.reported, 0))) : null);
  };
  return [figure({
    name: "names", title: null, note: NOTES.names,
    words: () => ({
      first: 180, heads: ["Actor", ...ctx.docs.map((doc) => ctx.name(doc))],
      rows: ctx.actors.map((actor) => [[actor.name], ...ctx.docs.map((doc) => called(actor, doc.doc_id).map((use) => `${use.label} ${use.own + use.reported}${use.reported ? ` (${use.reported})` : ""}`))]),
    }),
    body: table(ctx, "Actor", "grid-table", ctx.actors.map((actor) => h("tr", null, h("th", { scope: "row", class: "outside" }, actor.name, " ", h("span", { class: "tag" }, actor.kind)), ctx.docs.map((doc) => h("td", null, cell(actor, doc.doc_id)))))),
    table: () => ({ columns: ["actor", "doc_id", "label", "form", "role", "modifiers", "own", "reported", "left_out"], rows: ctx.actors.flatMap((actor) => actor.names.filter((use) => ctx.chosen.has(use.doc_id)).map((use) => [actor.name, use.doc_id, use.label, use.form, use.role, use.modifiers.join("; "), use.own, use.reported, use.left_out ?? 0])) }),
  })];
}

function renderings(ctx: Context): Child[] {
  const all = (ctx.story.raw.renderings ?? []).filter((one) => ctx.actor === null || one.speaker === ctx.actor);
  const card = (one: (typeof all)[number]) => h("div", { class: "versions" },
    h("h4", { class: "outside" }, h("a", { class: "mark", href: ctx.link("quote", one.id) }, one.name ?? (one.speaker ? ctx.story.nameOf(one.speaker) : "Speaker not found"))),
    h("dl", null, one.versions.filter((version) => ctx.chosen.has(version.doc_id)).map((version) => [
      h("dt", { class: "outside" }, ctx.nameOf(version.doc_id), h("span", { class: "n" }, ` ${voiceWords(version.voice)}${version.verb ? `, “${version.verb.lemma}”${version.verb.class ? ` (${version.verb.class})` : ""}` : ""}`)),
      h("dd", { class: "serif outside" }, version.parts.length ? version.parts.map((part) => {
        const text = h(part.op === "cut" ? "del" : part.op === "added" ? "ins" : "span", part.op === "same" ? null : { class: `op-${part.op}`, title: part.was ? `instead of “${part.was}”` : part.op }, part.text);
        return [text, /\s$/.test(part.text) ? "" : " "];
      }) : version.text),
    ])));
  const body = h("div", null, all.slice(0, 12).map(card));
  return [figure({
    name: "quote-renderings", title: null, note: NOTES.renderings,
    key: [h("span", null, h("i", { class: "swatch changed" }), "in other words"), h("span", null, h("i", { class: "swatch added" }), "only here"), h("span", null, h("del", null, "struck out"), " left out here")],
    body: [body, moreRows(body, all.slice(12), card)],
    table: () => ({ columns: ["rendering", "speaker", "doc_id", "voice", "verb", "text"], rows: all.flatMap((one) => one.versions.map((version) => [one.id, one.name, version.doc_id, version.voice, version.verb?.lemma ?? null, version.text])) }),
  })];
}

function wording(ctx: Context): Child[] {
  const all = ctx.story.raw.wording ?? [];
  const most = Math.max(1, ...all.map((one) => Math.abs(one.z)));
  const classes = [...new Set(all.map((one) => one.class).filter((kind) => kind !== null))];
  const body = h("div", { class: "wide" });
  const SHOWN = 12;
  const filter = h("select", { "aria-label": "Which words", onchange: () => draw() }, h("option", { value: "" }, "All words"), classes.map((kind) => h("option", { value: kind }, `${kind} only`)));
  const of = (doc: (typeof ctx.docs)[number]) =>
    all.filter((one) => (one.doc_id === doc.doc_id || (one.doc_id === null && one.outlet === doc.outlet)) && (!filter.value || one.class === filter.value));
  const draw = () => body.replaceChildren(...ctx.docs.map((doc) => {
    const own = of(doc);
    const line = (one: (typeof all)[number]) => {
      const bar = h("i", { class: "meter", "aria-hidden": "true" });
      bar.style.width = `${(100 * Math.max(0, one.z)) / most}%`;
      return h("tr", null,
        h("td", { class: "outside" }, h("a", { class: "mark", href: ctx.link("words", all.indexOf(one)) }, one.phrase), one.class ? [" ", h("span", { class: "tag" }, one.class)] : null),
        h("td", { class: "n" }, `${one.count} : ${one.others}`), h("td", { title: `z = ${one.z.toFixed(2)}` }, bar));
    };
    const rows = h("tbody", null, own.slice(0, SHOWN).map(line));
    return h("div", null, h("h4", { class: "outside" }, ctx.name(doc)), own.length ? h("table", { class: "phrases" },
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "Phrase"), h("th", { scope: "col" }, "n : others"), h("th", { scope: "col", class: "meter-column" }, "z"))), rows) : h("p", { class: "soft" }, "None found."),
      moreRows(rows, own.slice(SHOWN), line));
  }));
  draw();
  return [figure({
    name: "wording", title: null, key: classes.length ? filter : null, note: NOTES.wording, body,
    words: () => ({
      first: 30, heads: ["", ...ctx.docs.map((doc) => ctx.name(doc))],
      rows: Array.from({ length: Math.min(SHOWN, Math.max(0, ...ctx.docs.map((doc) => of(doc).length))) }, (_, rank) =>
        [[`${rank + 1}`], ...ctx.docs.map((doc) => of(doc).slice(rank, rank + 1).map((one) => `${one.phrase} ${one.count} : ${one.others}`))]),
    }),
    table: () => ({ columns: ["doc_id", "outlet", "phrase", "class", "voice", "count", "of_words", "others", "of_others", "log_odds", "z"], rows: all.map((one) => [one.doc_id, one.outlet, one.phrase, one.class, one.voice, one.count, one.of_words, one.others, one.of_others, one.log_odds, one.z]) }),
  })];
}

function headlines(ctx: Context): Child[] {
  const all = (ctx.story.raw.headlines ?? []).filter((one) => ctx.chosen.has(one.doc_id));
  const fact = (id: string) => ctx.story.raw.facts?.find((one) => one.id === id)?.text;
  const missing = (id: string) => (ctx.story.actor(id) ? ctx.story.nameOf(id) : shorten(fact(id) ?? ctx.story.nameOf(id), 90));
  return [figure({
    name: "headlines", title: null, note: NOTES.headlines,
    body: h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Headlines" }, h("table", { class: "grid-table" },
      h("thead", null, h("tr", null, ["Outlet", "Headline", "Comes first", "Verb", "Tone", "Frame", "In the body, not here"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", null, all.map((one) => h("tr", null,
        h("th", { scope: "row", class: "outside" }, ctx.nameOf(one.doc_id)),
        h("td", { class: "outside" }, h("a", { class: "mark serif", href: ctx.link("headline", one.doc_id) }, one.text)),
        h("td", { class: "outside" }, one.first_actor ? ctx.story.nameOf(one.first_actor) : "–"),
        h("td", null, one.verb ?? "–", one.voice === "none" ? "" : h("span", { class: "n" }, ` ${one.voice}`)),
        h("td", null, one.tone.length ? h("ul", { class: "plain-list" }, one.tone.map((tone) => h("li", null, `${ctx.story.nameOf(tone.actor)} `, h("span", { class: "n" }, signed(tone.mean))))) : "–"),
        h("td", null, one.frame ? frameName(one.frame) : "–"),
        h("td", { class: "outside" }, one.missing.length ? h("ul", { class: "plain-list" }, one.missing.map((id) => h("li", null, missing(id)))) : "–")))))),
    table: () => ({ columns: ["doc_id", "headline", "first_actor", "voice", "verb", "tone", "frame", "missing"], rows: all.map((one) => [one.doc_id, one.text, one.first_actor && ctx.story.nameOf(one.first_actor), one.voice, one.verb, one.tone.map((tone) => `${ctx.story.nameOf(tone.actor)} ${tone.mean}`).join("; "), one.frame, one.missing.map(missing).join("; ")]) }),
  })];
}

function actors(ctx: Context): Child[] {
  const figures = () => ctx.actors.flatMap((actor) => ctx.docs.flatMap((doc) => ctx.story.figures("sentence_share", doc.doc_id, actor.id)));
  const scale = shareScale(figures());
  const panels = ctx.actors.map((actor) => {
    const rows = ctx.docs.map((doc) => {
      const m = ctx.story.one("sentence_share", doc.doc_id, actor.id);
      const top = ctx.story.one("in_headline", doc.doc_id, actor.id)?.value === 1;
      const marks = m && m.status === "ok" && m.value !== null ? [{ m, kind: top ? "speaker" : "own", words: `sentences that name ${actor.name}${top ? ", also in the headline" : ""}` }] : [];
      return { doc, marks, rest: marks.length ? [] : [{ words: m ? statusWords(m) : "not measured", href: null }] };
    });
    return h("div", { "data-heading": actor.name }, h("h4", { class: "outside" }, actor.name, " ", h("span", { class: "tag" }, actor.kind)), dots(ctx, rows, scale, `Share of sentences that name ${actor.name}`));
  });
  return [figure({
    name: "actors", title: null, note: NOTES.actors, body: h("div", { class: "panels" }, panels),
    key: [h("span", null, shape("own"), "share of sentences that name the actor"), h("span", null, shape("speaker"), "the same; also in the headline"), h("span", null, "line: 95 % interval · n: sentences of the body")],
    table: () => ({ columns: COLUMNS, rows: figures().map((m) => row(ctx, m)) }),
  })];
}

function shared(ctx: Context): Child[] {
  const pairs = ctx.story.raw.shared.filter((one) => one.doc_ids.every((id) => ctx.chosen.has(id)));
  if (!pairs.length) return [h("p", { class: "soft" }, "None of these articles shares a large part of its text with another.")];
  const left = new Set(ctx.story.raw.left_out_sentences ?? []);
  const lines = (one: Shared, side: 0 | 1) => {
    const doc = one.doc_ids[side];
    const found = article(doc);
    if (!found) return [];
    const paired = new Map(one.pairs.map(([a, b, likeness]) => [side ? b : a, likeness]));
    const only = new Set(side ? one.only_second : one.only_first);
    return found.raw.sentences.flatMap((_, index) => {
      const id = `${doc}#${index}`;
      const likeness = paired.get(id);
      if (likeness === undefined && !only.has(id)) return [];
      const kind = likeness === undefined ? "only" as const : likeness >= 1 ? "same" as const : "edited" as const;
      const words = { only: "only here", same: "word for word in both", edited: "edited" }[kind];
      return [{ kind, href: ctx.link("sentence", doc, index), words: `${words}${left.has(id) ? ", in no figure" : ""}: ${shorten(found.sentence(index), 120)}` }];
    });
  };
  return [figure({
    name: "shared-text", title: null, note: NOTES.shared,
    key: [h("span", null, h("i", { class: "swatch unresolved" }), "word for word in both"), h("span", null, h("i", { class: "swatch direct" }), "edited"), h("span", null, h("i", { class: "swatch own" }), "only here: cut from, or added to, the other")],
    body: pairs.map((one) => {
      const index = ctx.story.raw.shared.indexOf(one);
      const [first, second] = one.doc_ids;
      const edited = one.pairs.filter(([, , likeness]) => likeness < 1).length;
      const part = (side: 0 | 1) => percent(one.words[side] / Math.max(1, one.of_words[side]));
      const titles = [ctx.story.doc(first)?.title, ctx.story.doc(second)?.title];
      return h("div", { class: "pair" }, h("h4", { class: "outside" }, `${ctx.nameOf(first)} and ${ctx.nameOf(second)}`),
        h("p", { class: "outside" }, `${part(0)} of the words of the first and ${part(1)} of the second stand in both; ${plural(one.pairs.length - edited, "sentence")} word for word, `,
          edited ? h("a", { href: ctx.link("pair", index, "edited") }, `${edited} edited`) : "none edited", ". ",
          one.only_first.length ? [h("a", { href: ctx.link("pair", index, "first") }, plural(one.only_first.length, "sentence")), ` only in ${ctx.nameOf(first)}. `] : "",
          one.only_second.length ? [h("a", { href: ctx.link("pair", index, "second") }, plural(one.only_second.length, "sentence")), ` only in ${ctx.nameOf(second)}. `] : "",
          one.earlier ? `${ctx.nameOf(one.earlier)} is dated earlier. ` : "",
          left.size ? (one.earlier ? `What they share does not count in the figures of ${ctx.nameOf(one.earlier === first ? second : first)}. ` : "What they share counts in the figures of neither, as their days do not tell whose it is. ") : ""),
        one.headline_changed && titles[0] && titles[1] ? h("p", { class: "outside" }, "The headline differs: ", h("span", { class: "serif" }, `“${titles[0]}”`), " and ", h("span", { class: "serif" }, `“${titles[1]}”`), ".") : null,
        ([0, 1] as const).map((side) => h("div", { "data-heading": ctx.nameOf(one.doc_ids[side]) }, h("span", { class: "n outside" }, ctx.nameOf(one.doc_ids[side])), strip(`Sentences of ${ctx.nameOf(one.doc_ids[side])}`, lines(one, side)))));
    }),
    table: () => ({
      columns: ["first", "second", "likeness", "first_sentence", "second_sentence"],
      rows: pairs.flatMap((one): Cell[][] => [...one.pairs.map(([a, b, likeness]): Cell[] => [...one.doc_ids, likeness, words(a), words(b)]), ...one.only_first.map((id): Cell[] => [...one.doc_ids, null, words(id), null]), ...one.only_second.map((id): Cell[] => [...one.doc_ids, null, null, words(id)])]),
    }),
  })];
}

function words(id: string): string {
  const { doc, sentence } = place(id);
  return article(doc)?.sentence(sentence) ?? "";
}

/** Measures that no part above draws, where they are scores or shares with something to compare. */
const DRAWN = new Set(["voice_share", "tone_mean", "frame_share", "sentence_share", "first_position", "in_headline", "mentions_named", "page_share_kept", "shared_share", "speaker_share", "speaker_words", "telling_sentence", "tone_negative", "tone_neutral", "tone_positive", "words_kept", "words_dropped"]);

function others(ctx: Context): Measurement[] {
  return ctx.story.measurements.filter((m) => m.scope === "article" && m.holder === null && !DRAWN.has(m.measure) && (m.unit === "share" || m.unit === "score"));
}

function more(ctx: Context): Child[] {
  const all = others(ctx).filter((m) => m.doc !== null && ctx.chosen.has(m.doc));
  const groups = new Map<string, Measurement[]>();
  for (const m of all) {
    const key = `${m.measure}\n${m.target ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), m]);
  }
  const panels = [...groups].map(([key, list]) => {
    const [measure, target] = key.split("\n") as [string, string];
    const name = `${measureWords(measure).replace(/^./, (first) => first.toUpperCase())}${target ? `: ${ctx.story.nameOf(target)}` : ""}`;
    const rows = ctx.docs.map((doc) => {
      const own = list.filter((m) => m.doc === doc.doc_id);
      const marks = own.filter((m) => m.status === "ok" && m.value !== null).map((m) => ({ m, kind: m.voice ?? "speaker", words: `${name}, ${voiceWords(m.voice)}` }));
      return { doc, marks, rest: marks.length ? [] : [{ words: own[0] ? statusWords(own[0]) : "not measured", href: own[0] ? ctx.figureLink(own[0]) : null }] };
    });
    const score = list.some((m) => m.unit === "score");
    return h("div", { "data-heading": name }, h("h4", { class: "outside" }, name), dots(ctx, rows, score ? TONE : list.some((m) => (m.value ?? 0) > 0.5) ? SHARE : shareScale(list), name));
  });
  return [figure({ name: "more-measures", title: null, key: [...TONES, "speaker"].filter((voice) => all.some((m) => (m.voice ?? "speaker") === voice)).map((voice) => h("span", null, shape(voice), voice === "speaker" ? "the whole body" : VOICES[voice])), note: NOTES.others, body: h("div", { class: "panels" }, panels), table: () => ({ columns: COLUMNS, rows: all.map((m) => row(ctx, m)) }) })];
}

function differences(ctx: Context): Child[] {
  const all = ctx.story.raw.differences ?? [];
  const ordered = all.filter((one) => (ctx.actor === null || one.target === ctx.actor)).slice().sort((a, b) => (a.q ?? 2) - (b.q ?? 2));
  const figureOf = (value: number | null | undefined) => (typeof value === "number" ? (value < 0.001 ? "< 0.001" : value.toFixed(3)) : "–");
  const line = (one: (typeof all)[number]) => h("tr", null,
    h("th", { scope: "row" }, h("a", { class: "mark", href: ctx.link("difference", one.id) }, measureWords(one.measure))),
    h("td", { class: "outside" }, one.target ? ctx.story.nameOf(one.target) : "–"), h("td", null, one.voice ? voiceWords(one.voice) : "–"),
    h("td", { class: "outside" }, one.compared ? ctx.nameOf(one.compared) : ""),
    ([0, 1] as const).map((side) => h("td", { class: "n" }, typeof one.values?.[side] === "number" ? signed(one.values[side]) : "–")),
    h("td", { class: "n" }, typeof one.difference === "number" ? signed(one.difference) : "–"),
    h("td", { class: "n" }, figureOf(one.p)), h("td", { class: "n" }, figureOf(one.q)), h("td", { class: "soft" }, one.status === "ok" ? (one.test ?? "").replace(/_/g, " ") : one.status.replace(/_/g, " ")));
  const body = h("tbody", null, ordered.slice(0, 20).map(line));
  return [figure({
    name: "differences", title: null, note: NOTES.differences,
    body: [h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Tested differences" }, h("table", null, h("thead", null, h("tr", null, ["Measure", "About", "Voice", "Article", "Here", "Others", "Difference", "p", "q", "Test"].map((name) => h("th", { scope: "col" }, name)))), body)), moreRows(body, ordered.slice(20), line)],
    table: () => ({
      columns: ["id", "measure", "target", "voice", "compared", "value", "others", "difference", "p", "q", "test", "status", "left_out"],
      rows: all.map((one) => [one.id, one.measure, one.target, one.voice, one.compared ?? null, one.values?.[0] ?? null, one.values?.[1] ?? null, one.difference, one.p, one.q, one.test, one.status, (one.left_out ?? []).join("; ")]),
    }),
  })];
}

function allFigures(ctx: Context): Child[] {
  const measures = [...new Set(ctx.story.measurements.map((m) => m.measure))];
  const body = h("tbody");
  const rest = h("div");
  const count = h("span", { class: "n", role: "status" });
  const measure = h("select", { "aria-label": "Measure", onchange: () => draw() }, h("option", { value: "" }, "All measures"), measures.map((name) => h("option", { value: name }, name)));
  const search = h("input", { type: "search", placeholder: "actor, voice, status …", "aria-label": "Search the figures", oninput: () => draw() });
  const found = () => {
    const wanted = search.value.trim().toLowerCase();
    return ctx.story.measurements.filter((m) => (!measure.value || m.measure === measure.value) && (m.doc === null || ctx.chosen.has(m.doc)) && (ctx.actor === null || m.target === ctx.actor || m.holder === ctx.actor)
      && (!wanted || row(ctx, m).some((cell) => cell !== null && String(cell).toLowerCase().includes(wanted))));
  };
  const line = (m: Measurement) => h("tr", null,
    h("th", { scope: "row" }, h("a", { class: "mark", href: ctx.link("figure", m.id) }, m.measure)),
    h("td", { class: "outside" }, m.doc ? ctx.nameOf(m.doc) : m.outlet ?? "story"), h("td", { class: "outside" }, m.target ? ctx.story.nameOf(m.target) : ""),
    h("td", { class: "outside" }, [m.voice ? voiceWords(m.voice) : "", m.holder ? `by ${ctx.story.nameOf(m.holder)}` : ""].filter(Boolean).join(", ")), h("td", { class: "n" }, m.status === "ok" ? interval(m) : statusWords(m)));
  const draw = () => {
    const list = found();
    count.textContent = plural(list.length, "figure");
    body.replaceChildren(...list.slice(0, 20).map(line));
    const button = moreRows(body, list.slice(20), line);
    rest.replaceChildren(...(button instanceof Node ? [button] : []));
  };
  draw();
  return [figure({
    name: "figures", title: null, key: [measure, search, count], note: NOTES.figures,
    body: [h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Figures" }, h("table", null, h("thead", null, h("tr", null, ["Measure", "Article", "About", "Voice", "Figure"].map((name) => h("th", { scope: "col" }, name)))), body)), rest],
    table: () => ({ columns: COLUMNS, rows: found().map((m) => row(ctx, m)) }),
  })];
}

export function shorten(text: string, most: number): string {
  const points = Array.from(text);
  return points.length > most ? `${points.slice(0, most - 1).join("").trimEnd()}…` : text;
}
