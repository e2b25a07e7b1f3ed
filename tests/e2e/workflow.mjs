// What GitHub's own parser of workflows finds wrong with one: a line each.
// node workflow.mjs NODE_MODULES WORKFLOW
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { pathToFileURL } from "node:url";

// The parser imports its schema without saying that it is JSON, as bundlers let it; node wants to be told.
const loader = `export const load = (url, context, next) =>
  next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context);`;
register(`data:text/javascript,${encodeURIComponent(loader)}`);

const [modules, file] = process.argv.slice(2);
const parser = await import(pathToFileURL(`${modules}/@actions/workflow-parser/dist/index.js`));
const source = { name: "flow.yml", content: readFileSync(file, "utf8") };
const { context, value } = parser.parseWorkflow(source, new parser.NoOperationTraceWriter());
if (value) await parser.convertWorkflowTemplate(context, value);
for (const error of context.errors.getErrors()) console.log(error.message);
