// Bundles src/ into the two files that crates/parallax embeds: `node build.mjs [folder]`.
//
// The first line of app.js carries a hash of the sources, by which a test that has no Node at hand
// sees whether the files were built from them.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ?? join(here, "../crates/parallax/src/report");
mkdirSync(target, { recursive: true });

const sources = createHash("sha256");
for (const name of readdirSync(join(here, "src")).sort()) {
  sources.update(`${name}\n`).update(readFileSync(join(here, "src", name)));
}
sources.update(readFileSync(join(here, "package-lock.json")));

for (const [entry, output] of [["main.ts", "app.js"], ["app.css", "app.css"]]) {
  const result = await build({
    entryPoints: [join(here, "src", entry)],
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome105", "firefox110", "safari16"],
    charset: "ascii",
    legalComments: "none",
    write: false,
  });
  const banner = output === "app.js" ? `/* built from report-ui, sources ${sources.copy().digest("hex")} */\n` : "";
  writeFileSync(join(target, output), banner + result.outputFiles[0].text);
}
