// Reads flowcharts with Mermaid itself, and says which of them it refuses, or reads otherwise than they were meant.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, ...files] = process.argv.slice(1);
const require = createRequire(modules + "/");
const { JSDOM } = require("jsdom");
const { window } = new JSDOM("<!doctype html><body></body>");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import(pathToFileURL(modules + "/mermaid/dist/mermaid.core.mjs"));
mermaid.initialize({ startOnLoad: false });

let refused = 0;
for (let at = 0; at < files.length; at += 2) {
  const text = readFileSync(files[at], "utf8");
  try {
    const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
    const nodes = diagram.db.getVertices().size;
    if (nodes !== Number(files[at + 1])) throw new Error(`${nodes} nodes, not ${files[at + 1]}`);
  } catch (error) {
    refused += 1;
    console.error(`${error.message ?? error}\n${text}`);
  }
}
process.exit(refused === 0 ? 0 : 1);
