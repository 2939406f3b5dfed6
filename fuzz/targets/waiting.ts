import { Parser } from "acorn";
import { carryContext } from "../../src/control/async-context/carry-context.ts";
import type { Target } from "../target.ts";

const options = { ecmaVersion: "latest", sourceType: "module", allowHashBang: true } as const;

/** Source in which waiting is rewritten: it must be refused, or be whole source with as many lines as before. */
export const waiting: Target = {
  name: "waiting",
  dictionary: [
    ...[
      "await ",
      "async ",
      "async()=>",
      "for await(const x of y)",
      "yield ",
      "yield*",
      "async function*f(){",
      "}",
      "\n",
    ],
    ...[
      "try{",
      "}catch(e){",
      "}finally{",
      "return ",
      "a,b",
      "a:",
      "if(x)",
      "else ",
      "await using x=y;",
      "(",
      ")",
      "`${",
      "}`",
      "/a/",
    ],
    ...["class A{", "static{", "x=", "[", "]", "?.", "//", "/*", "*/", ";", "=>", "$$0000", "\\u0061wait"],
  ],
  start: async () => ({
    run: async (input) => {
      const source = Buffer.from(input).toString();
      if (!isReadable(source)) return;
      const carried = carryContext("index.js", source);
      // Names that are declared twice are no affair of the rewriting's; what else acorn refuses is.
      if (!isReadable(carried)) throw new Error("what was source is none any more");
      // Where the source imports nothing, the one line that it needs is its last.
      const more = /\nimport\{[^\n]*$/.test(carried) ? 1 : 0;
      if (linesOf(carried) !== linesOf(source) + more) throw new Error("lines have moved");
    },
    check: async () => undefined,
    close: async () => undefined,
  }),
};

function isReadable(source: string): boolean {
  try {
    Parser.parse(source, options);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function linesOf(source: string): number {
  return source.split(/\r\n|[\n\r\u2028\u2029]/).length;
}
