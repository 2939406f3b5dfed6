import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { IsletError } from "../../core/errors.ts";

/** Names and sources of modules. */
export type Sources = readonly (readonly [name: string, source: string])[];
export type Carried =
  | { readonly source: string }
  | { readonly problem: string; readonly line?: number; readonly column?: number };

const program = fileURLToPath(new URL("./process.ts", import.meta.url));
/** The tree of 10 MB of small functions takes 1 GB and some 5 s. The stack is the larger for what is nested deeply. */
const flags = ["--max-old-space-size=1536", "--stack-size=3900"];
const mostMs = 15_000;
const smallCharacters = 2 ** 20;

/** What is small does not wait for what is large, and takes a tenth of its time and memory. */
const turns = { small: Promise.resolve() as Promise<unknown>, large: Promise.resolve() as Promise<unknown> };

/**
 * Rewrites modules so that AsyncLocalStorage has its context wherever they go on; see carry-context.ts. That is done in a
 * process of its own, one at a time of each size, because parsing whatever is uploaded may take all the time, memory and stack there is.
 *
 * @returns the sources, in the same order.
 * @throws IsletError module_syntax, with the place if one is known.
 */
export function carryContextInProcess(sources: Sources): Promise<string[]> {
  const characters = sources.reduce((sum, [, source]) => sum + source.length, 0);
  const size = characters > smallCharacters ? "large" : "small";
  const result = turns[size].then(() => rewritten(sources));
  // The next in turn runs whatever became of this one, whose caller gets the error.
  turns[size] = result.catch(() => undefined);
  return result;
}

async function rewritten(sources: Sources): Promise<string[]> {
  const answer = await run(JSON.stringify(sources));
  if (answer === null) {
    throw new IsletError("module_syntax", "The modules are too large or nested too deeply for node:async_hooks.");
  }
  return (JSON.parse(answer) as Carried[]).map((carried, index) => {
    if ("source" in carried) return carried.source;
    const { problem, line, column } = carried;
    const place = { module: sources[index]?.[0] ?? "", ...(line && { line }), ...(column && { column }) };
    throw new IsletError("module_syntax", `The module cannot be read: ${problem}.`, { place });
  });
}

/** What the process writes, or null: it was ended, or came to an end of its own for want of time, memory or stack. */
async function run(input: string): Promise<string | null> {
  const { NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [...flags, program], {
    stdio: ["pipe", "pipe", "ignore"],
    env: NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {},
    timeout: mostMs,
    killSignal: "SIGKILL",
  });
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("error", reject);
  child.on("close", resolve);
  // It may have ended before it has read all: its status says more.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [code, answer] = await Promise.all([ended, text(child.stdout)]);
  return code === 0 ? answer : null;
}
