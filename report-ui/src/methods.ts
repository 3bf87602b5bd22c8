// How the figures were made, and how to cite them.
import type { Context } from "./context";
import { article, run } from "./data";
import { h, plural } from "./dom";
import { save } from "./figure";
import { NOTES } from "./notes";

export function methods(ctx: Context): HTMLElement {
  const cite = h("pre", { class: "cite", tabindex: 0 }, citation());
  const text = h("pre", { class: "cite", tabindex: 0 }, paragraph(ctx));
  const first = ctx.story.docs[0] ? article(ctx.story.docs[0].doc_id) : null;
  const models = Object.entries(first?.raw.layers ?? {}).map(([name, layer]) =>
    h("tr", null, h("th", { scope: "row" }, name), h("td", null, layer.status.replace(/_/g, " ")), h("td", null, layer.model_sha256?.slice(0, 12) ?? (layer.status === "done" ? "rules" : "–")), h("td", null, [layer.engine, layer.precision].filter(Boolean).join(", "))));
  return h("section", { class: "part", id: "methods", "aria-labelledby": "methods-heading" },
    h("h2", { id: "methods-heading", tabindex: -1 }, "Methods, limits, and how to cite"),
    h("p", { class: "lead" }, "Each part has a note on its construct, range and limits. Pages are cleaned by rules and a trained classifier of lines; every dropped part stands in the article’s view. Names, tone and speech come from one transformer pass per sentence; its accuracy is in the model cards. Where too little text supports a figure, none is given."),
    h("details", { class: "note" }, h("summary", null, "All notes in one place"), h("dl", null, Object.entries(NOTES).map(([name, note]) => [h("dt", null, h("b", null, name)), h("dd", null, note)]))),
    models.length ? h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Layers" }, h("table", null,
      h("thead", null, h("tr", null, ["Layer", "Status (first article)", "Model (SHA-256)", "Engine"].map((name) => h("th", { scope: "col" }, name)))), h("tbody", null, models))) : null,
    h("h3", null, "Methods text"), text,
    h("h3", null, "Cite"), cite,
    h("p", null, h("button", { type: "button", onclick: () => save("methods.txt", "text/plain", `${text.textContent}\n\n${cite.textContent}\n`) }, "Save both as text")));
}

function paragraph(ctx: Context): string {
  const version = run();
  const kinds = [...new Set(ctx.story.measurements.map((m) => m.ciKind).filter((kind) => kind !== null))].map((kind) => kind.replace(/_/g, " "));
  return `We compared ${plural(ctx.story.docs.length, "article")} with Parallax ${version.version} (model ${version.model}). Pages were cleaned to headline and body; sentences, named entities, quotations with their speakers, and the tone towards each mention were annotated automatically. Tone is target-dependent sentiment (Hamborg and Donnay 2021), reported apart for the article’s own voice, quoted and reported speech; attribution of speech was trained on PolNeAR (Newell et al. 2018). Shares and means carry 95 % intervals (${kinds.join(", ") || "none"}); where too few paragraphs support a figure it was treated as missing. Results describe these articles only.`;
}

function citation(): string {
  return `@software{parallax,\n  title   = {Parallax: how outlets frame the same event},\n  author  = {{The Parallax authors}},\n  version = {${run().version}},\n  note    = {Model ${run().model}}\n}\n\nHamborg, F. and Donnay, K. (2021). NewsMTSC: (Multi-)Target-dependent Sentiment Classification in News Articles. EACL.\nNewell, E., Margolin, D. and Ruths, D. (2018). An Attribution Relations Corpus for Political News. LREC.\nMonroe, B., Colaresi, M. and Quinn, K. (2008). Fightin’ Words. Political Analysis 16(4).\nCard, D., Boydstun, A., Gross, J., Resnik, P. and Smith, N. (2015). The Media Frames Corpus. ACL.`;
}
