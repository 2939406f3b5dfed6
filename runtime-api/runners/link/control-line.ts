import { once } from "node:events";
import { connect, type Socket } from "node:net";
import process from "node:process";

export type Level = "debug" | "info" | "warn" | "error";
/** `ended`: a program that Islet did not write has ended, or has never begun, before it took requests. */
export type LoadProblem = "syntax" | "missing" | "threw" | "no_handler" | "ended";

/** Characters of one log line that are kept. */
const longestText = 16 * 1024;

/**
 * The connection on which the runner tells the front how it is: that it serves, what the function logs, and
 * whether work goes on after an answer. It is JSON, an object a line. When it ends, the runner ends.
 */
export class ControlLine {
  readonly #socket: Socket;
  #lines = 0;
  #background = 0;

  constructor(path: string) {
    this.#socket = connect(path);
    this.#socket.on("error", () => process.exit(1));
    this.#socket.on("close", () => process.exit(0));
    // The front says nothing here; without a reader its end would go unnoticed.
    this.#socket.resume();
  }

  /** How many lines have been sent: an answer says so, since it is to come after what was logged before it. */
  get lines(): number {
    return this.#lines;
  }

  ready(): void {
    this.#say({ type: "ready" });
  }

  /** The function cannot be loaded. The front ends this process when it has read that. */
  failed(problem: LoadProblem, message: string, detail: string): void {
    this.#say({
      type: "failed",
      problem,
      message: message.slice(0, longestText),
      detail: detail.slice(0, longestText),
    });
  }

  log(request: string | null, level: Level, text: string): void {
    this.#say({ type: "log", request, level, text: text.slice(0, longestText) });
  }

  /** Work that goes on without a request: while there is some, this process is not paused. */
  begin(): void {
    if (this.#background++ === 0) this.#say({ type: "background", running: true });
  }

  end(): void {
    if (--this.#background === 0) this.#say({ type: "background", running: false });
  }

  /** Ends this process when all that was said is on its way. */
  exit(code: number): void {
    this.#socket.end(() => process.exit(code));
  }

  /** Resolves when the front has caught up with what it is told. */
  async caughtUp(): Promise<void> {
    if (this.#socket.writableNeedDrain) await once(this.#socket, "drain");
  }

  #say(message: object): void {
    this.#lines++;
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }
}
