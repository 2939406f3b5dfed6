import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import type { ControlLine, Level } from "../link/control-line.ts";
import type { Description } from "./protocol.ts";

/** Lines and characters of a line that are kept of what a program wrote last. */
const keptLines = 20;
const longestLine = 16 * 1024;

export interface ProgramParts {
  readonly description: Pick<Description, "argv" | "folder">;
  readonly env: Readonly<Record<string, string>>;
  readonly control: ControlLine;
  /** The request that what is written now belongs to, if there is just one. */
  readonly requestId: () => string | null;
}

export interface ProgramEnd {
  readonly exitCode: number;
  /** "The program …" */
  readonly how: string;
}

/** The program of the image, as a child of this process. */
export class Program {
  /** Resolves when it has ended and all that it wrote is read, or when it could not be started. */
  readonly ended: Promise<ProgramEnd>;
  readonly #parts: ProgramParts;
  readonly #last: string[] = [];

  constructor(parts: ProgramParts) {
    this.#parts = parts;
    this.ended = this.#run();
  }

  get lastLines(): string {
    return this.#last.join("\n");
  }

  async #run(): Promise<ProgramEnd> {
    const { description, env } = this.#parts;
    const [command = "", ...args] = description.argv;
    const child = spawn(command, args, { cwd: description.folder, env, stdio: ["ignore", "pipe", "pipe"] });
    const read = Promise.all([this.#read(child.stdout, "info"), this.#read(child.stderr, "error")]);
    try {
      const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
      // A grandchild may hold them open; the container ends with this process.
      await Promise.race([read, new Promise((resolve) => setTimeout(resolve, 200))]);
      if (signal === null) return { exitCode: code ?? 1, how: `ended with exit code ${code}` };
      return { exitCode: 128 + constants.signals[signal], how: `was ended by ${signal}` };
    } catch (error) {
      const reason = error instanceof Error && "code" in error ? error.code : error;
      return { exitCode: 127, how: `${JSON.stringify(command)} cannot be started in ${description.folder}: ${reason}` };
    }
  }

  async #read(output: Readable, level: Level): Promise<void> {
    let rest = "";
    output.setEncoding("utf8");
    for await (const text of output) {
      const lines = (rest + text).split("\n");
      rest = (lines.pop() ?? "").slice(0, longestLine);
      for (const line of lines) this.#tell(level, line);
      await this.#parts.control.caughtUp();
    }
    this.#tell(level, rest);
  }

  #tell(level: Level, line: string): void {
    if (line === "") return;
    const { control, requestId } = this.#parts;
    control.log(requestId(), level, line);
    this.#last.push(line.slice(0, longestLine));
    if (this.#last.length > keptLines) this.#last.shift();
  }
}
