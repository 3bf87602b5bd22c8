// Drawings: bars of shares, dots with intervals, heat maps, strips of sentences. Every mark is a link.
import type { Context } from "./context";
import type { Doc, Measurement, Voice } from "./data";
import { type Child, fitted, label, percent, s, signed } from "./dom";

export const SPOKEN: Voice[] = ["own", "direct", "mixed", "indirect"];

/** A link around a mark; without evidence the mark alone, with its words for screen readers. */
function mark(href: string | null, words: string, ...children: Child[]): SVGElement {
  return href === null
    ? s("g", { role: "img", "aria-label": words }, s("title", null, words), children)
    : s("a", { href, "aria-label": words }, s("title", null, words), children);
}

const SHAPES: Record<string, (x: number, y: number, kind: string) => SVGElement> = {
  own: (x, y, kind) => s("circle", { class: `dot ${kind}`, cx: x, cy: y, r: 5 }),
  direct: (x, y, kind) => s("path", { class: `dot ${kind}`, d: `M${x} ${y - 6}l6 6l-6 6l-6-6z` }),
  mixed: (x, y, kind) => s("path", { class: `dot ${kind}`, d: `M${x - 5.5} ${y - 4.5}h11l-5.5 10z` }),
  indirect: (x, y, kind) => s("path", { class: `dot ${kind}`, d: `M${x - 5.5} ${y + 4.5}h11l-5.5-10z` }),
  unresolved: (x, y, kind) => s("path", { class: `dot ${kind}`, d: `M${x - 1.5} ${y - 5}h3v10h-3z` }),
  speaker: (x, y, kind) => s("rect", { class: `dot ${kind}`, x: x - 4.5, y: y - 4.5, width: 9, height: 9 }),
};

/** The shape of a voice, for a key. */
export function shape(voice: string): SVGSVGElement {
  return s("svg", { class: "drawing", width: 14, height: 14, "aria-hidden": "true" }, SHAPES[voice]!(7, 7, voice));
}

/** One bar an article: whose words its body is made of. */
export function voiceBars(ctx: Context): HTMLElement {
  const docs = ctx.docs;
  return fitted((width) => {
    const narrow = width < 520;
    const left = narrow ? 0 : Math.min(190, width * 0.26);
    const right = 84;
    const step = narrow ? 44 : 30;
    const rows = docs.map((doc, index) => {
      const y = index * step + (narrow ? 16 : 0);
      const own = ctx.story.one("voice_share", doc.doc_id, null, "own");
      const pieces: Child[] = [label(ctx.name(doc), { x: 0, y: narrow ? y - 4 : y + 18, class: narrow ? "bold" : "" }, narrow ? width - right : left)];
      if (!own || own.status !== "ok") {
        pieces.push(s("text", { x: left, y: y + 18, class: "soft" }, own ? statusWords(own) : "not measured"));
        return s("g", null, pieces);
      }
      let x = left;
      for (const voice of SPOKEN) {
        const m = ctx.story.one("voice_share", doc.doc_id, null, voice);
        const size = (m?.value ?? 0) * (width - left - right);
        if (!m || size <= 0) continue;
        pieces.push(mark(ctx.figureLink(m) ?? ctx.link("article", doc.doc_id), `${ctx.name(doc)}, ${voiceWords(voice)}: ${interval(m)}`,
          s("rect", { class: `bar-piece ${voice}`, x, y: y + 3, width: size, height: 22 }),
          size > 34 ? s("text", { class: "light", x: x + 5, y: y + 18 }, percent(m.value!)) : null));
        x += size;
      }
      pieces.push(s("text", { x: width, y: narrow ? y - 4 : y + 18, class: "soft end" }, `n = ${own.n.toLocaleString("en")}`));
      return s("g", null, pieces);
    });
    return s("svg", { class: "drawing", width, height: docs.length * step + 8, role: "group", "aria-label": "Words by voice, one bar an article" }, rows);
  });
}

interface DotRow {
  doc: Doc;
  marks: { m: Measurement; kind: string; words: string }[];
  /** What cannot be drawn, in a few words, with where its sentences are. */
  rest: { words: string; href: string | null }[];
}

interface Scale {
  low: number;
  high: number;
  ticks: number[];
  format: (value: number) => string;
}

export const TONE: Scale = { low: -1, high: 1, ticks: [-1, -0.5, 0, 0.5, 1], format: signed };
export const SHARE: Scale = { low: 0, high: 1, ticks: [0, 0.5, 1], format: percent };

/** A scale of shares that ends where the figures do. */
export function shareScale(figures: (Measurement | undefined)[]): Scale {
  const most = Math.max(0.1, ...figures.map((m) => m?.high ?? m?.value ?? 0));
  const high = Math.min(1, Math.ceil(most * 10) / 10);
  return { ...SHARE, high, ticks: [0, high / 2, high] };
}

/** Dots with intervals, one group of lines an article, all on one scale. */
export function dots(ctx: Context, rows: DotRow[], scale: Scale, about: string): HTMLElement {
  return fitted((width) => {
    const left = Math.min(150, width * 0.34);
    const right = 52;
    const at = (value: number) => left + 8 + ((Math.min(scale.high, Math.max(scale.low, value)) - scale.low) / (scale.high - scale.low)) * (width - left - right - 16);
    let y = 20;
    const parts: Child[] = [];
    for (const tick of scale.ticks) {
      parts.push(s("text", { x: at(tick), y: 11, class: "soft middle" }, tick === 0 ? "0" : scale.low < 0 ? (tick < 0 ? "−" : "+") + Math.abs(tick) : scale.format(tick)));
    }
    const top = y - 4;
    for (const row of rows) {
      const lines = Math.max(1, row.marks.length + (row.rest.length ? 1 : 0));
      parts.push(s("line", { class: "rule", x1: 0, x2: width, y1: y - 3, y2: y - 3 }));
      parts.push(label(ctx.name(row.doc), { x: 0, y: y + 12 }, left));
      let line = y + 8;
      for (const { m, kind, words } of row.marks) {
        parts.push(mark(ctx.figureLink(m), `${ctx.name(row.doc)}, ${words}: ${scale.format(m.value!)}, ${intervalOnly(m, scale.format)}, n = ${m.n}`,
          s("rect", { class: "hit", x: left, y: line - 9, width: width - left, height: 18 }),
          m.low !== null && m.high !== null ? s("line", { class: `interval ${kind}`, x1: at(m.low), x2: at(m.high), y1: line, y2: line }) : null,
          SHAPES[kind]!(at(m.value!), line, kind),
          s("text", { x: width, y: line + 4, class: "soft end" }, `n = ${m.n}`)));
        line += 18;
      }
      if (row.rest.length) {
        // As many as fit; the others are in the table.
        let x = left + 8;
        for (const { words, href } of row.rest) {
          const size = words.length * 5.7 + 12;
          if (x > left + 8 && x + size > width) break;
          parts.push(mark(href, words, s("text", { x, y: line + 4, class: "soft" }, words)));
          x += size;
        }
      }
      y += lines * 18 + 6;
    }
    if (scale.low < 0) parts.unshift(s("line", { class: "zero", x1: at(0), x2: at(0), y1: top, y2: y - 4 }));
    for (const tick of scale.ticks.filter((tick) => tick !== 0 || scale.low === 0)) {
      parts.unshift(s("line", { class: "axis", x1: at(tick), x2: at(tick), y1: top, y2: y - 4 }));
    }
    return s("svg", { class: "drawing", width, height: y, role: "group", "aria-label": about }, parts);
  });
}

/** Shares as shades, rows by articles, with the figure in each field. */
export function heat(ctx: Context, rows: { name: string; cells: (Measurement | undefined)[] }[], about: string): HTMLElement {
  const docs = ctx.docs;
  return fitted((width) => {
    const columns = docs.length;
    // As wide as the longest name asks for, within limits; cut names have a tooltip.
    const longest = Math.max(0, ...rows.map((row) => [...row.name].length)) * 6.6 + 16;
    const left = Math.min(Math.max(120, longest), 320, width * 0.36);
    const size = (width - left) / columns;
    const slanted = size < 84;
    const top = slanted ? 104 : 26;
    const most = Math.max(0.05, ...rows.flatMap((row) => row.cells.map((m) => m?.value ?? 0)));
    const parts: Child[] = docs.map((doc, column) => {
      const x = left + column * size + (slanted ? size / 2 + 4 : size / 2);
      return slanted
        ? label(ctx.name(doc), { x, y: top - 6, transform: `rotate(-90 ${x} ${top - 6})` }, top)
        : label(ctx.name(doc), { x, y: top - 9, class: "middle" }, size - 6);
    });
    rows.forEach((row, line) => {
      const y = top + line * 26;
      parts.push(label(row.name, { x: 0, y: y + 17 }, left - 8));
      row.cells.forEach((m, column) => {
        const x = left + column * size;
        if (!m || m.status !== "ok" || m.value === null) {
          const words = `${row.name}, ${ctx.name(docs[column]!)}: ${m ? statusWords(m) : "not measured"}`;
          parts.push(mark(m ? ctx.figureLink(m) : null, words,
            s("rect", { class: "hatch", x: x + 1.5, y: y + 1.5, width: Math.max(1, size - 3), height: 23 }),
            s("text", { class: "soft middle", x: x + size / 2, y: y + 17 }, "–")));
          return;
        }
        const strength = m.value / most;
        parts.push(mark(ctx.figureLink(m), `${row.name}, ${ctx.name(docs[column]!)}: ${interval(m)}`,
          s("rect", { class: "heat", x: x + 1, y: y + 1, width: Math.max(1, size - 2), height: 24, "fill-opacity": (0.04 + 0.72 * strength).toFixed(3) }),
          s("text", { class: strength > 0.62 ? "middle strong" : "middle", x: x + size / 2, y: y + 17 }, size < 40 ? Math.round(100 * m.value) : percent(m.value))));
      });
    });
    return s("svg", { class: "drawing", width, height: top + rows.length * 26 + 4, role: "group", "aria-label": about }, parts);
  });
}

/** The sentences of one article in their order: what another has too, has edited, has not. */
export function strip(name: string, cells: { kind: "same" | "edited" | "only"; href: string; words: string }[]): HTMLElement {
  return fitted((width) => {
    const size = width / Math.max(1, cells.length);
    return s("svg", { class: "drawing", width, height: 22, role: "group", "aria-label": name },
      cells.map((cell, index) => mark(cell.href, cell.words,
        s("rect", { class: `cell ${cell.kind}`, x: index * size, y: cell.kind === "only" ? 0 : 5, width: Math.max(1, size - 1.5), height: cell.kind === "only" ? 22 : 12 }))));
  });
}

/** A measure as people say it. */
export function measureWords(measure: string): string {
  const words: Record<string, string> = {
    voice_share: "share of words", tone_mean: "mean tone", sentence_share: "share of sentences that name the actor", shared_share: "words shared with another article", speaker_words: "words of one speaker",
    speaker_share: "share of all spoken words", mentions_named: "named mentions", first_position: "first named after", in_headline: "in the headline", frame_share: "share of sentences in the frame", stance_mean: "mean stance", loaded_share: "share of loaded sentences", telling_sentence: "strongest tone", page_share_kept: "share of the page kept",
    tone_negative: "probability of a negative tone", tone_neutral: "probability of a neutral tone", tone_positive: "probability of a positive tone",
  };
  return words[measure] ?? measure.replace(/_/g, " ");
}

export function voiceWords(voice: string | null): string {
  const words: Record<string, string> = { own: "own voice", direct: "quoted", mixed: "partly quoted", indirect: "reported", unresolved: "unresolved" };
  return voice ? words[voice] ?? voice : "all";
}

export function statusWords(m: Measurement): string {
  if (m.status === "insufficient") return m.n ? `too few (n = ${m.n})` : "none";
  if (m.status === "unknown") return "unknown";
  return m.status === "not_applicable" ? "not applicable" : "";
}

/** The figure in words, by its unit. */
export function valueWords(m: Measurement): string {
  if (m.value === null || m.status !== "ok") return statusWords(m);
  return formatter(m)(m.value);
}

function formatter(m: Measurement): (value: number) => string {
  if (m.unit === "share") return percent;
  if (m.unit === "score") return signed;
  return (value) => (Number.isInteger(value) ? value.toLocaleString("en") : value.toFixed(2));
}

export function interval(m: Measurement): string {
  const range = intervalOnly(m, formatter(m));
  return `${valueWords(m)}${range ? `, ${range}` : ""}${m.status === "insufficient" ? "" : `, n = ${m.n.toLocaleString("en")}`}`;
}

function intervalOnly(m: Measurement, format: (value: number) => string): string {
  return m.low === null || m.high === null ? "" : `95 % interval ${format(m.low)} to ${format(m.high)}`;
}
