// The drawer: sentences behind a mark in their context, and whole articles with their annotations.
import { interval, measureWords, valueWords, voiceWords } from "./charts";
import type { Context } from "./context";
import { type Article, type Measurement, article, place } from "./data";
import { type Child, h, plural, signed } from "./dom";

/** What a mark leads to. */
export interface Evidence {
  title: string;
  /** What the figure says, line by line. */
  lines?: Child[];
  groups: { name: string | null; ids: string[] }[];
  /** Words to mark within the sentences instead of the whole. */
  words?: string;
}

const SHOWN = 30;

export class Drawer {
  readonly element: HTMLElement;
  private readonly title = h("h2", { tabindex: -1, class: "outside" });
  private readonly below = h("p", { class: "outside" });
  private readonly body = h("div", { class: "drawer-body", tabindex: 0 });
  private readonly foot = h("div", { class: "drawer-foot", hidden: true, role: "status" });
  private from: Element | null = null;

  constructor(private readonly closed: () => void) {
    this.element = h("aside", { class: "drawer", hidden: true, role: "dialog", "aria-modal": "false", "aria-label": "Evidence", onkeydown: (event) => {
      if ((event as KeyboardEvent).key === "Escape") this.closed();
    } },
      h("div", { class: "drawer-head" }, h("div", null, this.title, this.below), h("button", { type: "button", "aria-label": "Close", onclick: () => this.closed() }, "✕")),
      this.body, this.foot);
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  hide(): void {
    if (!this.isOpen) return;
    this.element.hidden = true;
    const from = this.from;
    this.from = null;
    if (from instanceof SVGElement || from instanceof HTMLElement) from.focus({ preventScroll: true });
  }

  private show(title: string, below: string, content: Child[]): void {
    if (!this.isOpen) this.from = document.activeElement;
    this.element.hidden = false;
    this.title.replaceChildren(title);
    this.below.replaceChildren(below);
    this.foot.hidden = true;
    this.body.replaceChildren();
    this.body.append(h("div", null, content));
    this.body.scrollTop = 0;
    this.title.focus({ preventScroll: true });
  }

  evidence(ctx: Context, evidence: Evidence): void {
    const count = new Set(evidence.groups.flatMap((group) => group.ids)).size;
    this.show(evidence.title, plural(count, "sentence"), [
      evidence.lines?.length ? h("div", { class: "figure-line" }, evidence.lines.map((line) => h("p", null, line))) : null,
      count ? null : h("p", { class: "soft" }, "There is no sentence behind this figure."),
      evidence.groups.map((group) => this.group(ctx, group.name, group.ids, evidence.words)),
    ]);
  }

  private group(ctx: Context, name: string | null, ids: string[], words?: string): Child {
    const byDoc = new Map<string, number[]>();
    for (const id of ids) {
      const { doc, sentence } = place(id);
      byDoc.set(doc, [...(byDoc.get(doc) ?? []), sentence]);
    }
    const box = h("div");
    if (name) box.append(h("p", { class: "from outside" }, name));
    for (const [doc, sentences] of byDoc) {
      if (!name) box.append(h("p", { class: "from outside" }, ctx.nameOf(doc)));
      const draw = (some: number[]) => box.append(...some.map((sentence) => passage(ctx, doc, sentence, words)));
      draw(sentences.slice(0, SHOWN));
      if (sentences.length > SHOWN) {
        const more = h("button", { type: "button", onclick: () => {
          more.remove();
          draw(sentences.slice(SHOWN));
        } }, `${sentences.length - SHOWN} more`);
        box.append(more);
      }
    }
    return box;
  }

  /** A whole article; the sentences given are marked, the first of them in view. */
  article(ctx: Context, id: string, hits: number[]): void {
    const found = article(id);
    const doc = ctx.story.doc(id);
    if (!found || !doc) return this.evidence(ctx, { title: "This article is not in the page", groups: [] });
    const text = new ArticleText(found, new Set(hits), (sentence) => {
      this.foot.replaceChildren(sentenceDetails(ctx, found, sentence));
      this.foot.hidden = false;
    });
    const facts = [doc.published ?? "undated", doc.byline.join(", "), plural(doc.words_kept, "word"), doc.truncated ? "the page stops early" : ""];
    this.show(ctx.name(doc), facts.filter(Boolean).join(" · "), [text.controls(), text.element, about(found)]);
    const first = text.element.querySelector(".hit");
    if (first) first.scrollIntoView({ block: "center", behavior: "instant" });
  }
}

function passage(ctx: Context, doc: string, sentence: number, words?: string): HTMLElement {
  const found = article(doc);
  const box = h("div");
  if (!found?.raw.sentences[sentence]) return box;
  const block = found.raw.sentences[sentence][0];
  const near = (index: number) => {
    const other = found.raw.sentences[index];
    return other && other[0] === block ? found.sentence(index) : "";
  };
  const kind = found.raw.blocks[block]?.[0] ?? "body";
  const text = found.sentence(sentence);
  const at = words ? text.toLowerCase().indexOf(words.toLowerCase()) : -1;
  const hit: Child = at < 0 || !words ? h("mark", null, text) : [text.slice(0, at), h("mark", null, text.slice(at, at + words.length)), text.slice(at + words.length)];
  const before = near(sentence - 1);
  const after = near(sentence + 1);
  box.append(
    h("p", { class: "passage outside" }, kind === "body" ? null : h("span", { class: "tag" }, kind.replace("_", " ")),
      before ? h("span", { class: "near" }, before, " ") : null, hit, after ? h("span", { class: "near" }, " ", after) : null),
    h("a", { class: "to-text", href: ctx.link("article", doc, sentence) }, `in the article, sentence ${sentence}`));
  return box;
}

const LAYERS: [name: string, words: string, on: boolean][] = [
  ["names", "Names", true],
  ["quotes", "Quotations", true],
  ["tone", "Tone", true],
  ["loaded", "Loaded words", false],
];

/** The kept text with its marks, and what was dropped where it stood. */
class ArticleText {
  readonly element = h("div", { class: "text" });

  constructor(
    private readonly found: Article,
    private readonly hits: Set<number>,
    private readonly chosen: (sentence: number) => void,
  ) {
    for (const [name, , on] of LAYERS) this.element.classList.toggle(`show-${name}`, on);
    const raw = found.raw;
    const inBlock = raw.blocks.map((): number[] => []);
    raw.sentences.forEach(([block], index) => inBlock[block]?.push(index));
    raw.blocks.forEach(([kind, start, end], number) => {
      this.dropped(number);
      const children: Child[] = [];
      let at = start;
      for (const index of inBlock[number]!) {
        const [, from, to] = raw.sentences[index]!;
        children.push(found.cut(at, from), this.sentence(index, from, to));
        at = to;
      }
      children.push(found.cut(at, end));
      const tag = kind === "body" || kind === "headline" ? null : h("span", { class: "tag" }, kind.replace("_", " "));
      this.element.append(h("p", { class: `${kind} outside` }, tag, children));
    });
    this.dropped(raw.blocks.length);
    const choose = (event: Event) => {
      const target = (event.target as Element).closest<HTMLElement>(".s");
      if (!target) return;
      if (event instanceof KeyboardEvent) {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
      }
      this.element.querySelector(".s.open")?.classList.remove("open");
      target.classList.add("open");
      this.chosen(Number(target.dataset["sentence"]));
    };
    this.element.addEventListener("click", choose);
    this.element.addEventListener("keydown", choose);
  }

  private dropped(before: number): void {
    for (const [at, kind, text, more] of this.found.raw.dropped) {
      if (at !== before) continue;
      this.element.append(h("p", { class: "dropped outside", hidden: true }, h("span", { class: "tag" }, `dropped: ${kind}`), text, more ? ` … (${plural(more, "more character")})` : null));
    }
  }

  controls(): HTMLElement {
    const raw = this.found.raw;
    const there: Record<string, boolean> = { names: raw.mentions.length > 0, quotes: raw.quotes.length > 0, tone: raw.tones.length > 0, loaded: raw.wording.some((w) => w[2].length > 0) };
    const boxes = LAYERS.filter(([name]) => there[name]).map(([name, words, on]) =>
      h("label", null, h("input", { type: "checkbox", checked: on, onchange: (event) => this.element.classList.toggle(`show-${name}`, (event.target as HTMLInputElement).checked) }), words));
    if (raw.dropped.length) {
      boxes.push(h("label", null, h("input", { type: "checkbox", "data-layer": "dropped", onchange: (event) => {
        for (const part of this.element.querySelectorAll<HTMLElement>(".dropped")) part.hidden = !(event.target as HTMLInputElement).checked;
      } }), `Dropped parts (${raw.dropped.length})`));
    }
    return h("div", null, h("div", { class: "layers", role: "group", "aria-label": "What is marked" }, boxes),
      h("p", { class: "soft n" }, "Choose a sentence to see what was read in it."));
  }

  /** A sentence cut at every border of a name, a quotation and a loaded word. */
  private sentence(index: number, from: number, to: number): HTMLElement {
    const raw = this.found.raw;
    const mentions = raw.mentions.map((mention, id) => ({ mention, id })).filter(({ mention }) => mention[0] === index);
    const quotes = raw.quotes.filter((quote) => quote.start < to && quote.end > from);
    const loaded = raw.wording.filter(([sentence]) => sentence === index).flatMap(([, , words]) => words);
    const borders = new Set([from, to]);
    const border = (...places: number[]) => places.forEach((at) => at > from && at < to && borders.add(at));
    mentions.forEach(({ mention }) => border(mention[1], mention[2]));
    quotes.forEach((quote) => border(quote.start, quote.end));
    loaded.forEach(([start, end]) => border(start, end));
    const sorted = [...borders].sort((a, b) => a - b);
    const children = sorted.slice(0, -1).map((start, i) => {
      const end = sorted[i + 1]!;
      const name = mentions.find(({ mention }) => mention[1] <= start && end <= mention[2]);
      const quote = quotes.filter((q) => q.start <= start && end <= q.end).sort((a, b) => a.end - a.start - (b.end - b.start))[0];
      const word = loaded.some(([a, b]) => a <= start && end <= b);
      if (!name && !quote && !word) return this.found.cut(start, end);
      const tone = name && name.mention[2] === end ? raw.tones.find((t) => t[0] === name.id) : undefined;
      const score = tone ? tone[5] - tone[3] : 0;
      const classes = [name ? `m ${name.mention[3]}` : "", quote ? `q ${quote.kind}` : "", word ? "w" : "", score > 0.33 ? "pos" : score < -0.33 ? "neg" : ""];
      return h("span", { class: classes.filter(Boolean).join(" ") }, this.found.cut(start, end));
    });
    return h("span", { class: this.hits.has(index) ? "s hit" : "s", id: `s-${index}`, role: "button", tabindex: 0, "data-sentence": index }, children);
  }
}

/** All that was read in one sentence. */
function sentenceDetails(ctx: Context, found: Article, sentence: number): HTMLElement {
  const raw = found.raw;
  const [, from, to] = raw.sentences[sentence]!;
  const actor = (entity: number | null) => (entity === null ? null : ctx.story.actorOfEntity(raw.id, entity)?.name ?? raw.entities[entity]?.[0] ?? null);
  const rows: Child[] = [];
  raw.quotes.filter((q) => q.start < to && q.end > from).forEach((quote) => {
    const who = quote.speaker ? actor(quote.speaker[0]) ?? quote.speaker[1] : "speaker not found";
    rows.push(h("li", null, `${voiceWords(quote.kind)}: `, h("b", null, who), quote.cue ? `, “${quote.cue[0]}”${quote.cue[1] ? ` (${quote.cue[1]})` : ""}` : ""));
  });
  raw.mentions.forEach(([of, start, end, kind, form, entity], id) => {
    if (of !== sentence) return;
    const tone = raw.tones.find((t) => t[0] === id);
    const holder = tone ? actor(tone[2]) : null;
    rows.push(h("li", null, h("b", null, found.cut(start, end)), ` ${actor(entity) ?? "actor not told"} · ${kind} · ${form.replace("_", " ")}`,
      tone ? ` · tone ${signed(tone[5] - tone[3])} (− ${tone[3].toFixed(2)}, 0 ${tone[4].toFixed(2)}, + ${tone[5].toFixed(2)}; ${voiceWords(tone[1])}${holder ? `, ${holder}` : ""})` : ""));
  });
  raw.frames.filter((frame) => frame.sentence === sentence).forEach((frame) => {
    const best = Object.entries(frame.scores).sort((a, b) => b[1] - a[1]).slice(0, 4);
    rows.push(h("li", null, `frames (${frame.codebook}): `, best.map(([name, score]) => `${name.replace(/_/g, " ")} ${score.toFixed(2)}`).join(", ")));
  });
  raw.stances.filter(([of]) => of === sentence).forEach(([, proposition, voice, against, favor]) => rows.push(h("li", null, `stance to “${proposition}”: ${signed(favor - against)} (${voiceWords(voice)})`)));
  raw.wording.filter(([of]) => of === sentence).forEach(([, loaded]) => rows.push(h("li", null, `loaded wording: ${loaded.toFixed(2)}`)));
  const address = h("a", { href: ctx.link("article", raw.id, sentence) }, `Sentence ${sentence}`);
  return h("div", { class: "outside" }, h("p", null, address, h("span", { class: "n" }, ` ${raw.id}#${sentence} · characters ${from}–${to}`)),
    rows.length ? h("ul", { class: "plain-list" }, rows) : h("p", { class: "soft" }, "No names, quotations or scores in this sentence."));
}

/** How the page became this text. */
function about(found: Article): HTMLElement {
  const layers = Object.entries(found.raw.layers).map(([name, layer]) => `${name}: ${layer.status.replace("_", " ")}${layer.model_sha256 ? ` (${layer.model_sha256.slice(0, 12)})` : ""}`);
  return h("details", { class: "note" }, h("summary", null, "How this text was read"),
    h("ul", { class: "plain-list outside" },
      found.raw.decisions.map(([field, value, method, rejected]) => h("li", null, `${field}: ${value ?? "none"} (${method.replace(/_/g, " ")}${rejected.length ? `; not ${rejected.join(", ")}` : ""})`)),
      h("li", null, `layers: ${layers.join(", ")}`),
      h("li", null, `source: ${found.raw.source}, SHA-256 ${found.raw.sha256}`),
      found.raw.url ? h("li", null, `address: ${found.raw.url}`) : null));
}

/** A figure in words, for the head of its evidence. */
export function figureLines(ctx: Context, m: Measurement): string[] {
  const whose = [m.holder ? `view of ${ctx.story.nameOf(m.holder)}` : m.voice ? voiceWords(m.voice) : "", m.zone ? m.zone.replace("_", " ") : ""].filter(Boolean).join(", ");
  return [
    `${measureWords(m.measure)}${m.target ? `, ${ctx.story.nameOf(m.target)}` : ""}: ${m.low === null ? valueWords(m) : interval(m)}${m.low === null && m.status === "ok" ? `, n = ${m.n}` : ""} ${m.nUnit}${m.nShared ? `, ${m.nShared} of them in text that another article has too` : ""}${whose ? ` (${whose})` : ""}`,
    `${m.method}${m.ciKind ? `; interval: ${m.ciKind.replace(/_/g, " ")}` : ""}${m.model ? `; model ${m.model}` : ""}`,
  ];
}
