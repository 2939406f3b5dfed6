import type { Import } from "es-module-lexer";
import { ownModules } from "./module-names.ts";
import { unusedNames } from "./unused-names.ts";

/*
 * isolated-vm has neither `import.meta` nor `import()`. The word `import` of both becomes an
 * identifier of the same length, `.meta` becomes spaces, and one line behind the last imports those
 * identifiers from a module that the host makes for each importer; imports hoist, so that works
 * everywhere in the source. Every character that stays keeps its line and column, so stacks and
 * errors point into what was uploaded.
 */

const wordLength = "import".length;

/** The specifier under which module `name` finds its own `meta` and `load`. */
export function supportModule(name: string): string {
  return `${ownModules}module/${name}`;
}

/** `imports` are what the lexer found in `source`, in order. */
export function rewrite(name: string, source: string, imports: readonly Import[]): string {
  const supported: string[] = [];
  const free = unusedNames(source);
  const supply = (exported: "meta" | "load", wanted: boolean): string => {
    if (!wanted) return "";
    const identifier = free.next().value;
    supported.push(`${exported} as ${identifier}`);
    return identifier;
  };
  const meta = supply(
    "meta",
    imports.some((item) => item.type === "import-meta"),
  );
  const load = supply(
    "load",
    imports.some((item) => item.type === "dynamic"),
  );

  let result = "";
  let done = 0;
  const replace = (start: number, end: number, identifier: string) => {
    result += source.slice(done, start) + identifier + blanked(source.slice(start + identifier.length, end));
    done = end;
  };
  for (const item of imports) {
    if (item.type === "import-meta") replace(item.start, item.end, meta);
    else if (item.type === "dynamic") replace(item.importStart, item.importStart + wordLength, load);
    // The type is known from the bundle, and isolated-vm has no attributes. `end` is the closing quote.
    else if (item.attributes !== null) replace(item.end + 1, item.importEnd, "");
  }
  result += source.slice(done);
  if (supported.length === 0) return result;
  return `${result}\nimport{${supported.join(",")}}from${JSON.stringify(supportModule(name))};`;
}

function blanked(text: string): string {
  return text.replaceAll(/[^\n\r\u2028\u2029]/g, " ");
}
