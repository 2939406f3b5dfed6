import { walk } from "../../walk.ts";

export default walk(
  "objects of isolated-vm",
  "No Reference, Callback or ExternalCopy can be reached.",
  `const kind = Object.prototype.toString.call(value) + (value.constructor?.name ?? ""); if (/Reference(?!Error)|ExternalCopy|Isolate|Callback\\b|Context\\b(?<!ExecutionContext)/.test(kind.replace("ExecutionContext", ""))) found.push(path + ":" + kind);`,
);
