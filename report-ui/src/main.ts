// The page: the story's first screen, its parts drawn when they come near, and the drawer.
import { Context, SHOWN_AT_FIRST } from "./context";
import { outletOf, run, story } from "./data";
import { type Child, h, plural } from "./dom";
import { Drawer } from "./drawer";
import { methods } from "./methods";
import { type Route, evidence, parse } from "./routes";
import { SECTIONS, type Section } from "./sections";

/** Findings on the first screen. */
const FINDINGS = 8;

class Page {
  private readonly root = h("div");
  private readonly drawer = new Drawer(() => this.close());
  private readonly parts = new Map<string, { section: Section; element: HTMLElement; body: HTMLElement; drawn: boolean }>();
  private readonly watch = new IntersectionObserver((seen) => seen.forEach((entry) => entry.isIntersecting && this.draw(entry.target.id)), { rootMargin: "700px" });
  private ctx: Context | null = null;
  private nav: HTMLElement = h("nav");

  start(app: HTMLElement): void {
    app.append(h("a", { class: "skip", href: "#", onclick: (event) => {
      event.preventDefault();
      this.root.querySelector<HTMLElement>("section.part h2")?.focus();
    } }, "Skip to the figures"), this.root, this.drawer.element);
    window.addEventListener("hashchange", () => this.route());
    window.addEventListener("beforeprint", () => [...this.parts.keys()].forEach((id) => this.draw(id)));
    window.addEventListener("scroll", () => this.mark(), { passive: true });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.drawer.isOpen) this.close();
    });
    document.addEventListener("click", (event) => {
      for (const menu of document.querySelectorAll<HTMLDetailsElement>(".filters details[open]")) {
        if (!menu.contains(event.target as Node)) menu.open = false;
      }
    });
    this.route();
  }

  private close(): void {
    this.drawer.hide();
    if (this.ctx) history.pushState(null, "", this.ctx.link());
  }

  private route(): void {
    const route = parse(location.hash);
    if (this.ctx?.story.number !== route.story) this.open(route);
    const ctx = this.ctx!;
    if (route.kind === "article" && route.rest[0] !== undefined) {
      this.drawer.article(ctx, route.rest[0], route.rest.slice(1).map(Number));
      return;
    }
    const found = evidence(ctx, route);
    if (found) {
      this.drawer.evidence(ctx, found);
      return;
    }
    this.drawer.hide();
    if (this.parts.has(route.kind) || route.kind === "methods") this.scrollTo(route.kind);
  }

  private scrollTo(id: string): void {
    // The parts above must have their height before there is a place to scroll to.
    for (const name of this.parts.keys()) {
      this.draw(name);
      if (name === id) break;
    }
    if (id === "methods") [...this.parts.keys()].forEach((name) => this.draw(name));
    const target = document.getElementById(id);
    target?.scrollIntoView({ block: "start", behavior: "instant" });
    target?.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  }

  private open(route: Route): void {
    if (run().stories.length === 0) {
      this.root.replaceChildren(h("main", { class: "page" }, h("h1", null, "No article could be read"), failures()));
      this.ctx = this.ctx ?? null;
      throw new Error("there is no story in this report");
    }
    const ctx = new Context(story(route.story));
    this.ctx = ctx;
    this.watch.disconnect();
    this.parts.clear();
    const sections = SECTIONS.filter((section) => section.has(ctx));
    this.nav = h("nav", { "aria-label": "Parts of the report" }, sections.map((section) => h("a", { href: ctx.link(section.id) }, section.name)), h("a", { href: ctx.link("methods") }, "Methods"));
    const body = sections.map((section) => {
      const inner = h("div");
      const element = h("section", { class: "part waiting", id: section.id, "aria-labelledby": `${section.id}-heading` },
        h("h2", { id: `${section.id}-heading`, tabindex: -1 }, section.heading), section.lead ? h("p", { class: "lead" }, section.lead) : null, inner);
      this.parts.set(section.id, { section, element, body: inner, drawn: false });
      return element;
    });
    this.root.replaceChildren(
      h("header", { class: "page" }, this.stories(route.story), this.first(ctx)),
      h("div", { class: "bar" }, h("div", { class: "page" }, this.nav, this.filters(ctx))),
      h("main", { class: "page" }, body, failures(), methods(ctx)),
      h("footer", { class: "page" }, `Parallax ${run().version} · model ${run().model}`));
    for (const part of this.parts.values()) this.watch.observe(part.element);
    document.title = title(ctx);
  }

  private stories(number: number): Child {
    const { stories: all, left_out } = run();
    if (all.length < 2 && !left_out) return null;
    return h("p", null, left_out ? h("span", { class: "soft" }, left_out, ". ") : null, h("label", null, "Story ", h("select", { onchange: (event) => (location.hash = `#/${(event.target as HTMLSelectElement).value}`) },
      all.map((id, index) => h("option", { value: index, selected: index === number }, id === run().unnamed_story ? "Articles without a story" : id)))));
  }

  private first(ctx: Context): Child[] {
    const findings = (ctx.story.raw.findings ?? []).filter((one) => one.doc_id === null);
    const sharing = new Set(ctx.story.raw.shared.flatMap((one) => one.doc_ids));
    const outlets = h("ul", { class: "outlets" });
    const line = (doc: (typeof ctx.story.docs)[number]) => h("li", null,
      h("div", { class: "meta" }, h("b", { class: "outside" }, outletOf(doc)), h("span", { class: "soft" }, doc.published ?? "undated"), h("span", { class: "n" }, plural(doc.words_kept, "word")),
        doc.truncated ? h("span", { class: "tag" }, "page stops early") : null, doc.later ? h("span", { class: "tag" }, "later") : null,
        sharing.has(doc.doc_id) ? h("span", { class: "tag", title: "Shares a large part of its text with another article" }, "shared text") : null),
      h("a", { class: "title outside", href: ctx.link("article", doc.doc_id) }, doc.title ?? h("i", { class: "soft" }, "no headline on the page")));
    const all = ctx.story.docs;
    outlets.append(...all.slice(0, SHOWN_AT_FIRST).map(line));
    const rest = all.length > SHOWN_AT_FIRST ? h("button", { type: "button", onclick: (event) => {
      outlets.append(...all.slice(SHOWN_AT_FIRST).map(line));
      (event.target as Element).remove();
    } }, `All ${all.length} articles`) : null;
    return [
      h("h1", { class: "outside" }, title(ctx)),
      h("p", { class: "lead" }, "Figures describe these articles, not the outlets that printed them. Choose any mark to read the sentences behind it."),
      h("div", { class: findings.length ? "first" : "first alone" },
        h("div", null, h("h2", null, plural(all.length, "article")), outlets, rest),
        findings.length ? h("div", null, h("h2", null, "What differs most"), h("ol", { class: "findings" }, findings.slice(0, FINDINGS).map((finding) => h("li", null, h("a", { href: ctx.link("finding", finding.id) }, h("span", { class: "outside" }, finding.text)))))) : null),
    ];
  }

  private filters(ctx: Context): Child {
    const count = h("summary");
    const boxes = ctx.story.docs.map((doc) => h("input", { type: "checkbox", checked: ctx.chosen.has(doc.doc_id), value: doc.doc_id }));
    const changed = () => {
      ctx.chosen.clear();
      boxes.forEach((box) => box.checked && ctx.chosen.add(box.value));
      count.textContent = `Articles: ${ctx.chosen.size} of ${boxes.length}`;
      this.redraw();
    };
    count.textContent = `Articles: ${ctx.chosen.size} of ${boxes.length}`;
    const all = (on: (index: number) => boolean) => () => {
      boxes.forEach((box, index) => (box.checked = on(index)));
      changed();
    };
    const main = ctx.story.actors.filter((actor) => actor.main);
    return h("div", { class: "filters" },
      h("details", null, count, h("div", { class: "menu", onchange: changed },
        h("div", { class: "row" }, h("button", { type: "button", onclick: all(() => true) }, "All"), h("button", { type: "button", onclick: all((index) => index < SHOWN_AT_FIRST) }, `First ${Math.min(SHOWN_AT_FIRST, boxes.length)}`), h("button", { type: "button", onclick: all(() => false) }, "None")),
        boxes.map((box, index) => h("label", { class: "outside" }, box, ctx.name(ctx.story.docs[index]!))))),
      main.length > 1 ? h("select", { "aria-label": "Actor", "data-filter": "actor", onchange: (event) => {
        ctx.actor = (event.target as HTMLSelectElement).value || null;
        this.redraw();
      } }, h("option", { value: "" }, "All main actors"), main.map((actor) => h("option", { value: actor.id }, actor.name))) : null);
  }

  private redraw(): void {
    for (const [id, part] of this.parts) {
      if (!part.drawn) continue;
      part.drawn = false;
      this.draw(id);
    }
  }

  private draw(id: string): void {
    const part = this.parts.get(id);
    if (!part || part.drawn || !this.ctx) return;
    part.drawn = true;
    this.watch.unobserve(part.element);
    part.element.classList.remove("waiting");
    const content = this.ctx.docs.length ? part.section.draw(this.ctx) : [h("p", { class: "soft" }, "No article is chosen.")];
    part.body.replaceChildren(h("div", null, content));
  }

  /** Shows in the bar which part is read. */
  private mark(): void {
    let current = "";
    for (const [id, part] of this.parts) if (part.element.getBoundingClientRect().top < 160) current = id;
    for (const link of this.nav.querySelectorAll("a")) {
      const here = link.getAttribute("href") === this.ctx?.link(current);
      if (here) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
}

function title(ctx: Context): string {
  const count = ctx.story.docs.length;
  return ctx.story.raw.id === run().unnamed_story ? `How ${plural(count, "article")} tell${count === 1 ? "s" : ""} the same story` : ctx.story.raw.id;
}

function failures(): Child {
  const errors = run().errors;
  return errors.length ? h("section", { class: "part" }, h("h2", { tabindex: -1 }, "Documents that failed"), h("ul", null, errors.map((error) => h("li", { class: "outside" }, error)))) : null;
}

try {
  new Page().start(document.getElementById("app")!);
} catch (error) {
  // The plain tables are better than an empty page.
  document.documentElement.className = "";
  if (run().stories.length) throw error;
}
