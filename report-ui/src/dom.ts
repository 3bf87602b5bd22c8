// Elements from plain data. Text becomes text nodes, never markup; nothing here reads HTML.

type Value = string | number | boolean | null | undefined | ((event: Event) => void);
export type Child = Node | string | number | null | undefined | false | Child[];
type Props = Record<string, Value> | null;

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. Properties that begin with `on` are listeners, the others attributes. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props?: Props, ...children: Child[]): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), props, children);
}

/** An SVG element. */
export function s<K extends keyof SVGElementTagNameMap>(tag: K, props?: Props, ...children: Child[]): SVGElementTagNameMap[K] {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill<E extends Element>(element: E, props: Props | undefined, children: Child[]): E {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

export function append(element: Element, children: Child[]): void {
  for (const child of children) {
    if (Array.isArray(child)) append(element, child);
    else if (child instanceof Node) element.append(child);
    else if (child !== null && child !== undefined && child !== false) element.append(String(child));
  }
}

/** Words, cut to about `width` pixels of a label, with the whole in a tooltip. */
export function label(text: string, props: Record<string, Value>, width: number): SVGTextElement {
  const most = Math.max(4, Math.floor(width / 6.6));
  const shown = [...text].length > most ? [...text].slice(0, most - 1).join("").trimEnd() + "…" : text;
  return s("text", props, shown, s("title", null, text));
}

/** Calls `draw` with the width there is, now and whenever it changes. */
export function fitted(draw: (width: number) => Element, least = 260): HTMLElement {
  const box = h("div", { class: "fitted" });
  let last = 0;
  const redraw = (width: number) => {
    // What was taken out of the page is drawn no more: its figures may be others by now.
    if (!box.isConnected) return;
    const next = Math.max(least, Math.floor(width));
    if (Math.abs(next - last) < 2) return;
    last = next;
    const focused = box.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
    box.replaceChildren(draw(next));
    if (focused) [...box.querySelectorAll<SVGAElement>("a")].find((a) => a.getAttribute("href") === focused)?.focus();
  };
  new ResizeObserver((entries) => redraw(entries[0]!.contentRect.width)).observe(box);
  return box;
}

export function percent(share: number): string {
  return `${Math.round(100 * share)}\u00a0%`;
}

export function signed(value: number): string {
  return (value > 0 ? "+" : value < 0 ? "−" : "") + Math.abs(value).toFixed(2);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
