import { text } from "node:stream/consumers";
import type { Carried, Sources } from "../control/async-context/carrier.ts";
import { carryContext } from "../control/async-context/carry-context.ts";

/**
 * The root of the process that rewrites one bundle and ends: sources come in by the standard input, and go out by the
 * standard output. A space ahead of them says that it is up: what confines it can be seen by then.
 */
process.stdout.write(" ");
void text(process.stdin).then((input) => {
  const sources = JSON.parse(input) as Sources;
  process.stdout.write(JSON.stringify(sources.map(([name, source]) => carried(name, source))));
});

function carried(name: string, source: string): Carried {
  try {
    return { source: carryContext(name, source) };
  } catch (error) {
    if (error instanceof RangeError) return { problem: "is nested too deeply" };
    if (!(error instanceof SyntaxError)) throw error;
    const { loc } = error as SyntaxError & { loc?: { line: number; column: number } };
    const message = error.message.replace(/ \(\d+:\d+\)$/, "");
    return { problem: message, ...(loc && { line: loc.line, column: loc.column + 1 }) };
  }
}
