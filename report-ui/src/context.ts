// What every section is drawn with: the story, the articles and actor chosen, and links.
import { type Doc, type Measurement, type Story, outletOf } from "./data";

/** More articles than this are chosen from a list, or no table could be read. */
export const SHOWN_AT_FIRST = 12;

export class Context {
  readonly chosen: Set<string>;
  actor: string | null = null;

  private readonly names = new Map<string, string>();

  constructor(readonly story: Story) {
    const articles = new Map<string | null, number>();
    for (const doc of story.docs) articles.set(doc.outlet, (articles.get(doc.outlet) ?? 0) + 1);
    for (const doc of story.docs) {
      const several = doc.outlet !== null && articles.get(doc.outlet)! > 1;
      this.names.set(doc.doc_id, several ? `${doc.outlet} (${doc.doc_id})` : outletOf(doc));
    }
    this.chosen = new Set(story.docs.slice(0, SHOWN_AT_FIRST).map((doc) => doc.doc_id));
  }

  /** The articles that are shown, in the story's order. */
  get docs(): Doc[] {
    return this.story.docs.filter((doc) => this.chosen.has(doc.doc_id));
  }

  /** The main actors that are shown. */
  get actors() {
    return this.story.actors.filter((actor) => actor.main && (this.actor === null || actor.id === this.actor));
  }

  /** The outlet's name; where an outlet has several articles, with the article's id. */
  name(doc: Doc): string {
    return this.names.get(doc.doc_id) ?? outletOf(doc);
  }

  nameOf(id: string): string {
    const doc = this.story.doc(id);
    return doc ? this.name(doc) : id;
  }

  /** The address of something in this story. */
  link(...parts: (string | number)[]): string {
    return `#/${[this.story.number, ...parts].map((part) => encodeURIComponent(part)).join("/")}`;
  }

  figureLink(m: Measurement): string | null {
    return m.evidence.length ? this.link("figure", m.id) : null;
  }
}
