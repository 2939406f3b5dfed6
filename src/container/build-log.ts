import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { z } from "zod";

const longestLine = 2_000;
/** Characters of one build's log. */
const mostCharacters = 1024 * 1024;
const message = z.object({ stream: z.string().optional(), error: z.string().optional() });

export interface BuildLine {
  /** Empty when the log is too long to be told. */
  readonly text: string;
  /** The image that a step has made or found. */
  readonly layer: string | null;
  /** What a command is run in now. */
  readonly container: string | null;
}

/** Reads what the engine says while it builds. Null: the image is there; else why not. */
export async function readBuild(output: Readable, onLine: (line: BuildLine) => void): Promise<string | null> {
  let told = 0;
  let problem: string | null = null;
  let rest = "";
  const tell = (text: string) => {
    if (text === "") return;
    const [, layer = null] = /^ ---> ([0-9a-f]{12})$/.exec(text) ?? [];
    const [, container = null] = /^ ---> Running in ([0-9a-f]{12})$/.exec(text) ?? [];
    let shown = "";
    if (told <= mostCharacters) {
      told += text.length;
      shown = told > mostCharacters ? "further lines are left out" : text.slice(0, longestLine);
    }
    onLine({ text: shown, layer, container });
  };
  for await (const json of createInterface({ input: output })) {
    if (json.trim() === "") continue;
    const { stream, error } = message.parse(JSON.parse(json));
    if (error !== undefined) problem = error;
    const lines = (rest + (stream ?? "")).replaceAll("\r", "\n").split("\n");
    rest = (lines.pop() ?? "").slice(0, longestLine);
    for (const line of lines) tell(line);
  }
  tell(rest);
  return problem;
}
