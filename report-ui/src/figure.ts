// A figure with its title, its note, and its data: as a table, as CSV, as SVG.
import { type Child, append, h, s } from "./dom";

export type Cell = string | number | null;

export interface Table {
  columns: string[];
  rows: Cell[][];
}

interface FigureOptions {
  /** Name of the files it is saved as. */
  name: string;
  /** Heading of the part; null where the section's own heading says it. */
  title: string | null;
  /** What the marks mean. */
  key?: Child;
  /** What the figure means, its range, its limits. */
  note: Child;
  table: () => Table;
  body: Child;
  /** What is saved as SVG of a figure that the page shows as words. */
  words?: () => Words;
}

/** Words in columns: a cell is a list of lines. */
export interface Words {
  heads: string[];
  rows: string[][][];
  /** Width of the first column. */
  first: number;
}

export function figure(options: FigureOptions): HTMLElement {
  const body = h("div", { class: "body" }, options.body);
  const shown = h("div", { class: "as-table scroll", hidden: true, tabindex: 0, role: "region", "aria-label": "The data as a table" });
  const toggle = h("button", { type: "button", "aria-expanded": "false", onclick: () => {
    if (!shown.firstChild) shown.append(plain(options.table()));
    shown.hidden = !shown.hidden;
    toggle.setAttribute("aria-expanded", String(!shown.hidden));
  } }, "Table");
  const key = h("div", { class: "key" }, options.key);
  const tools = h("div", { class: "tools" }, toggle,
    h("button", { type: "button", onclick: () => save(`${options.name}.csv`, "text/csv", csv(options.table())) }, "CSV"));
  const { words } = options;
  if (words || body.querySelector("svg, .fitted")) {
    tools.append(h("button", { type: "button", onclick: () => saveDrawings(options.name, words ? h("div", null, drawn(words())) : body) }, "SVG"));
  }
  return h("figure", { "data-name": options.name },
    h("div", { class: "figure-head" }, options.title ? h("h3", null, options.title) : options.key ? key : h("span"), tools),
    options.title && options.key ? key : null,
    body, shown,
    h("details", { class: "note" }, h("summary", null, "What this shows, and its limits"), h("p", null, options.note)));
}

function plain(table: Table): HTMLElement {
  return h("table", null,
    h("thead", null, h("tr", null, table.columns.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", null, table.rows.map((row) => h("tr", null, row.map((cell) => h("td", null, cell === null ? "" : String(cell)))))));
}

/** RFC 4180, with the byte order mark that makes Excel read UTF-8. */
export function csv(table: Table): string {
  const field = (cell: Cell) => {
    const text = cell === null ? "" : String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return "\ufeff" + [table.columns, ...table.rows].map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";
}

export function save(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  h("a", { href: address, download: `parallax-${name}` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Columns of words as a drawing. */
function drawn({ heads, rows, first }: Words): SVGSVGElement {
  const [other, line] = [160, 15];
  const width = first + (heads.length - 1) * other;
  const parts: Child[] = [];
  let y = 0;
  [heads.map((head) => [head]), ...rows].forEach((row, index) => {
    const cells = row.map((texts, column) => texts.flatMap((text) => wrapped(text, (column ? other : first) - 14)));
    cells.forEach((texts, column) => texts.forEach((text, number) =>
      parts.push(s("text", { class: index ? null : "bold", x: column ? first + (column - 1) * other : 0, y: y + 15 + number * line }, text))));
    y += Math.max(1, ...cells.map((texts) => texts.length)) * line + 8;
    parts.push(s("line", { class: "rule", x1: 0, x2: width, y1: y, y2: y }));
  });
  return s("svg", { class: "drawing", width, height: y + 4 }, parts);
}

/** Words in lines of about `width` pixels. */
function wrapped(text: string, width: number): string[] {
  const most = Math.max(4, Math.floor(width / 6.6));
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** All drawings of a figure, one below the other, in one SVG that needs nothing beside it. */
function saveDrawings(name: string, body: HTMLElement): void {
  const drawings = [...body.querySelectorAll<SVGSVGElement>("svg.drawing")];
  const sizes = drawings.map((svg) => ({ width: Number(svg.getAttribute("width")), height: Number(svg.getAttribute("height")) }));
  const heading = (svg: SVGSVGElement) => svg.closest("[data-heading]")?.getAttribute("data-heading") ?? "";
  const width = Math.max(...sizes.map((size) => size.width)) + 20;
  let y = 10;
  const out = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const style = document.createElementNS(out.namespaceURI!, "style");
  style.textContent = saved();
  out.append(style);
  drawings.forEach((svg, index) => {
    const title = heading(svg);
    if (title) {
      const words = document.createElementNS(out.namespaceURI!, "text");
      append(words, [title]);
      words.setAttribute("x", "10");
      words.setAttribute("y", String(y + 12));
      words.setAttribute("class", "heading");
      out.append(words);
      y += 20;
    }
    const group = document.createElementNS(out.namespaceURI!, "g");
    group.setAttribute("transform", `translate(10 ${y})`);
    for (const child of svg.cloneNode(true).childNodes) group.append(child.cloneNode(true));
    // Links lead into the page, which the saved figure is no part of.
    group.querySelectorAll("a").forEach((a) => a.removeAttribute("href"));
    out.append(group);
    y += sizes[index]!.height + 12;
  });
  out.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  out.setAttribute("width", String(width));
  out.setAttribute("height", String(y));
  out.setAttribute("viewBox", `0 0 ${width} ${y}`);
  save(`${name}.svg`, "image/svg+xml", new XMLSerializer().serializeToString(out));
}

/** The page's rules for drawings, with the colours of the moment in place of variables. */
function saved(): string {
  const root = getComputedStyle(document.documentElement);
  const rules: string[] = [`text{font:12px system-ui,sans-serif}.heading{font-weight:600;fill:${root.getPropertyValue("--ink")}}`];
  for (const rule of document.styleSheets[0]?.cssRules ?? []) {
    if (rule instanceof CSSStyleRule && rule.selectorText.includes("svg")) {
      const text = rule.style.cssText.replace(/var\((--[a-z-]+)\)/g, (_, name: string) => root.getPropertyValue(name));
      const selector = rule.selectorText.replace(/svg\.drawing\s*/g, "");
      if (selector) rules.push(`${selector}{${text}}`);
    }
  }
  return rules.join("\n");
}
