// The data inside the page. Articles and stories are parsed when they are first needed.
//
// The other side is crates/parallax/src/report/data.rs; positions are code points.

export type Voice = "own" | "direct" | "indirect" | "mixed" | "unresolved";
export type Status = "ok" | "insufficient" | "unknown" | "not_applicable";

export interface Run {
  version: string;
  model: string;
  unnamed_story: string;
  /** What of the run the page does not show, in words. */
  left_out?: string;
  stories: string[];
  articles: string[];
  errors: string[];
}

export interface Measurement {
  id: string;
  scope: string;
  outlet: string | null;
  doc: string | null;
  measure: string;
  target: string | null;
  holder: string | null;
  voice: Voice | null;
  zone: string | null;
  value: number | null;
  unit: string;
  n: number;
  /** Of those, how many stand in text that another article has too; null where that is not told apart. */
  nShared: number | null;
  nUnit: string;
  low: number | null;
  high: number | null;
  ciKind: string | null;
  status: Status;
  method: string;
  model: string | null;
  evidence: string[];
}

export interface Doc {
  doc_id: string;
  outlet: string | null;
  title: string | null;
  byline: string[];
  published: string | null;
  truncated: boolean;
  later?: boolean;
  words_kept: number;
  words_dropped: number;
  body_sentences: number;
}

export interface NameUse {
  doc_id: string;
  entity: number;
  label: string;
  role: string | null;
  modifiers: string[];
  form: string;
  own: number;
  reported: number;
  /** How often in shared text that counts in no figure. */
  left_out?: number;
}

export interface Actor {
  id: string;
  name: string;
  kind: string;
  main: boolean;
  mentions_named: number;
  names: NameUse[];
}

export interface Speaker {
  actor: string | null;
  name: string | null;
  words: number;
  uses: { doc_id: string; voice: Voice; quotes: number; words: number; verbs: { lemma: string; class: string | null; count: number }[]; evidence: string[] }[];
}

export interface Shared {
  doc_ids: [string, string];
  words: [number, number];
  of_words: [number, number];
  earlier: string | null;
  headline_changed: boolean | null;
  pairs: [string, string, number][];
  only_first: string[];
  only_second: string[];
}

export interface Finding {
  id: string;
  doc_id: string | null;
  outlet: string | null;
  text: string;
  kind: string;
  strength: number;
  measurements: string[];
  evidence: string[];
}

export interface Fact {
  id: string;
  kind?: string;
  text: string;
  sentence: string;
  actors: string[];
  outlets_telling: number;
  /** The same with copies of one text counted as one. */
  independent_telling?: number;
  cells: { doc_id: string; status: "told" | "contradicted" | "absent" | "unknown"; voice: Voice | null; position: number | null; likeness: number | null; evidence: string[] }[];
}

export interface Rendering {
  id: string;
  speaker: string | null;
  name: string | null;
  versions: { doc_id: string; quote: number; text: string; voice: Voice; verb: { lemma: string; class: string | null } | null; parts: { op: "same" | "changed" | "added" | "cut"; text: string; was?: string | null }[]; evidence: string[] }[];
}

export interface Wording {
  doc_id: string | null;
  outlet: string | null;
  phrase: string;
  class: string | null;
  voice: string;
  count: number;
  of_words: number;
  others: number;
  of_others: number;
  log_odds: number;
  z: number;
  evidence: string[];
}

export interface Headline {
  doc_id: string;
  text: string;
  first_actor: string | null;
  voice: string;
  verb: string | null;
  tone: { actor: string; mean: number }[];
  frame: string | null;
  missing: string[];
  evidence: string[];
}

export interface Difference {
  id: string;
  measure: string;
  target: string | null;
  voice: string | null;
  compared?: string;
  left_out?: string[];
  values?: [number | null, number | null];
  clusters?: [number, number];
  difference: number | null;
  p: number | null;
  q: number | null;
  status: string;
  test: string | null;
  measurements: string[];
  [more: string]: unknown;
}

interface RawStory {
  id: string;
  documents: Doc[];
  actors: Actor[];
  speakers: Speaker[];
  shared: Shared[];
  left_out_sentences?: string[];
  measurements: { strings: string[]; rows: unknown[][] };
  findings?: Finding[];
  facts?: Fact[];
  renderings?: Rendering[];
  wording?: Wording[];
  headlines?: Headline[];
  differences?: Difference[];
  propositions?: { id: string; text: string }[];
}

export type Mention = [sentence: number, start: number, end: number, kind: string, form: string, entity: number | null];

export interface RawArticle {
  id: string;
  source: string;
  sha256: string;
  url: string | null;
  decisions: [string, string | null, string, string[]][];
  text: string;
  blocks: [kind: string, start: number, end: number][];
  sentences: [block: number, start: number, end: number][];
  mentions: Mention[];
  entities: [name: string, kind: string][];
  quotes: { kind: string; start: number; end: number; speaker: [number | null, string] | null; cue: [string, string | null] | null }[];
  tones: [mention: number, voice: Voice, holder: number | null, negative: number, neutral: number, positive: number][];
  frames: { sentence: number; codebook: string; scores: Record<string, number> }[];
  stances: [sentence: number, proposition: string, voice: Voice, against: number, favor: number, neither: number][];
  wording: [sentence: number, loaded: number, words: [number, number, number][]][];
  dropped: [before: number, kind: string, text: string, more: number][];
  layers: Record<string, { status: string; model_sha256?: string; engine?: string; precision?: string }>;
}

/** An article whose text is cut by code points, as the records count. */
export class Article {
  private readonly points: string[];

  constructor(readonly raw: RawArticle) {
    this.points = Array.from(raw.text);
  }

  cut(start: number, end: number): string {
    return this.points.slice(start, end).join("");
  }

  sentence(index: number): string {
    const found = this.raw.sentences[index];
    return found ? this.cut(found[1], found[2]) : "";
  }
}

/** A story with ways to find its figures. */
export class Story {
  readonly docs: Doc[];
  readonly actors: Actor[];
  readonly measurements: Measurement[];
  private readonly byId = new Map<string, Measurement>();
  private readonly byKey = new Map<string, Measurement[]>();
  private readonly docById = new Map<string, Doc>();
  private readonly actorById = new Map<string, Actor>();
  private readonly actorOf = new Map<string, string>();

  constructor(readonly number: number, readonly raw: RawStory) {
    this.docs = raw.documents;
    this.actors = raw.actors;
    this.measurements = raw.measurements.rows.map((row) => decode(row, raw.measurements.strings));
    for (const m of this.measurements) {
      this.byId.set(m.id, m);
      const key = `${m.measure}\n${m.doc ?? ""}\n${m.target ?? ""}`;
      const list = this.byKey.get(key);
      if (list) list.push(m);
      else this.byKey.set(key, [m]);
    }
    this.docs.forEach((doc) => this.docById.set(doc.doc_id, doc));
    for (const actor of this.actors) {
      this.actorById.set(actor.id, actor);
      for (const use of actor.names) this.actorOf.set(`${use.doc_id}\n${use.entity}`, actor.id);
    }
  }

  figure(id: string): Measurement | undefined {
    return this.byId.get(id);
  }

  /** Figures of one article, with their target or without. */
  figures(measure: string, doc: string, target: string | null = null): Measurement[] {
    return this.byKey.get(`${measure}\n${doc}\n${target ?? ""}`) ?? [];
  }

  one(measure: string, doc: string, target: string | null = null, voice: string | null = null): Measurement | undefined {
    return this.figures(measure, doc, target).find((m) => m.holder === null && m.voice === voice);
  }

  doc(id: string): Doc | undefined {
    return this.docById.get(id);
  }

  actor(id: string): Actor | undefined {
    return this.actorById.get(id);
  }

  /** What a target or holder is called. */
  nameOf(id: string): string {
    const actor = this.actor(id);
    if (actor) return actor.name;
    const proposition = this.raw.propositions?.find((one) => one.id === id);
    if (proposition) return `“${proposition.text}”`;
    const last = id.slice(Math.max(id.lastIndexOf("/"), id.indexOf(":")) + 1);
    return last.replace(/[_-]+/g, " ");
  }

  actorOfEntity(doc: string, entity: number): Actor | undefined {
    const id = this.actorOf.get(`${doc}\n${entity}`);
    return id === undefined ? undefined : this.actor(id);
  }
}

function decode(row: unknown[], strings: string[]): Measurement {
  const text = (at: number) => strings[row[at] as number] ?? null;
  const doc = text(3);
  return {
    id: row[0] as string,
    scope: text(1) ?? "",
    outlet: text(2),
    doc,
    measure: text(4) ?? "",
    target: text(5),
    holder: text(6),
    voice: text(7) as Voice | null,
    zone: text(8),
    value: row[9] as number | null,
    unit: text(10) ?? "",
    n: row[11] as number,
    nShared: (row[20] as number | null | undefined) ?? null,
    nUnit: text(12) ?? "",
    low: row[13] as number | null,
    high: row[14] as number | null,
    ciKind: text(15),
    status: text(16) as Status,
    method: text(17) ?? "",
    model: text(18),
    evidence: (row[19] as (number | string)[]).map((id) => (typeof id === "number" ? `${doc}#${id}` : id)),
  };
}

function block<T>(id: string): T | null {
  const element = document.getElementById(id);
  return element ? (JSON.parse(element.textContent ?? "null") as T) : null;
}

export const run = (() => {
  let found: Run | null = null;
  return (): Run => (found ??= block<Run>("run")!);
})();

const stories = new Map<number, Story>();
const articles = new Map<string, Article>();

export function story(number: number): Story {
  let found = stories.get(number);
  if (!found) stories.set(number, (found = new Story(number, block<RawStory>(`story-${number}`)!)));
  return found;
}

export function article(id: string): Article | null {
  let found = articles.get(id);
  if (!found) {
    const raw = block<RawArticle>(`article-${run().articles.indexOf(id)}`);
    if (!raw) return null;
    articles.set(id, (found = new Article(raw)));
  }
  return found;
}

/** `doc#7` as its parts. */
export function place(id: string): { doc: string; sentence: number } {
  const at = id.lastIndexOf("#");
  return { doc: id.slice(0, at), sentence: Number(id.slice(at + 1)) };
}

export function outletOf(doc: Doc | undefined, id = ""): string {
  return doc?.outlet ?? (doc ? `Outlet unknown (${doc.doc_id})` : id);
}
