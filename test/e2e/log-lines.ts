import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";

export type LogLine = Record<string, unknown>;

interface Waiting {
  readonly wanted: LogLine;
  readonly found: (line: LogLine) => void;
  readonly over: (error: Error) => void;
}

/** The JSON lines that a server's processes write, kept and waited for. */
export class LogLines {
  readonly all: LogLine[] = [];
  readonly #waiting = new Set<Waiting>();
  readonly #lines: Interface;
  #ended = false;

  constructor(output: Readable) {
    const lines = createInterface(output);
    this.#lines = lines;
    lines.on("line", (text) => this.#add(JSON.parse(text) as LogLine));
    lines.on("close", () => {
      this.#ended = true;
      for (const { wanted, over } of this.#waiting) over(noSuchLine(wanted));
    });
  }

  /** Reads no more, so that what is written fills the pipe. */
  pause(): void {
    this.#lines.pause();
  }

  resume(): void {
    this.#lines.resume();
  }

  /** The first line with these values, of those written already or of those to come. */
  find(wanted: LogLine): Promise<LogLine> {
    const [known] = this.where(wanted);
    if (known) return Promise.resolve(known);
    if (this.#ended) return Promise.reject(noSuchLine(wanted));
    return new Promise((found, over) => this.#waiting.add({ wanted, found, over }));
  }

  /** The lines with these values so far. */
  where(wanted: LogLine): LogLine[] {
    return this.all.filter((line) => matches(line, wanted));
  }

  #add(line: LogLine): void {
    this.all.push(line);
    for (const waiting of this.#waiting) {
      if (!matches(line, waiting.wanted)) continue;
      this.#waiting.delete(waiting);
      waiting.found(line);
    }
  }
}

/** A pattern stands for a text that it matches. */
function matches(line: LogLine, wanted: LogLine): boolean {
  return Object.entries(wanted).every(([name, value]) =>
    value instanceof RegExp ? value.test(String(line[name])) : line[name] === value,
  );
}

function noSuchLine(wanted: LogLine): Error {
  return new Error(`the server ended without a log line with ${JSON.stringify(wanted)}`);
}
