import { text } from "node:stream/consumers";
import { carryContext } from "./carry-context.ts";
import type { Carried, Sources } from "./in-process.ts";

/** The process that rewrites one bundle and ends: sources come in by the standard input, and go out by the standard output. */
const sources = JSON.parse(await text(process.stdin)) as Sources;
process.stdout.write(JSON.stringify(sources.map(([name, source]) => carried(name, source))));

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
