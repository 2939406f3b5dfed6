import type { Socket } from "node:net";
import type { LogLevel } from "../core/invocation.ts";

/** Characters of a line: of its text, each of which may be escaped. */
const longestLine = 16 * 1024 * 6 + 1024;

const loadProblems = ["syntax", "missing", "threw", "no_handler", "ended"] as const;
export type LoadProblem = (typeof loadProblems)[number];

const logLevels = ["debug", "info", "warn", "error"] as const satisfies readonly LogLevel[];

/** What a runner says of itself. Guest code runs beside it, so all of that may be forged, to its own harm only. */
export interface ControlNews {
  onReady(): void;
  onLoadFailure(problem: LoadProblem, message: string, detail: string): void;
  onLog(requestId: string | null, level: LogLevel, text: string): void;
  /** Whether it has work that no request waits for. */
  onBackground(running: boolean): void;
  /** All lines up to now have been told. */
  onLines(count: number): void;
  onEnd(): void;
}

/** Reads a runner's control connection. What is no message ends it. */
export function readControl(socket: Socket, news: ControlNews): void {
  let rest = "";
  let count = 0;
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!tell(line, news)) {
        socket.destroy();
        return;
      }
    }
    count += lines.length;
    if (rest.length > longestLine) socket.destroy();
    if (lines.length > 0) news.onLines(count);
  });
  socket.once("close", () => news.onEnd());
}

/** False of what is no message. Looked at by hand: of all that fronts load, only this would need zod, which takes them 8 MB. */
function tell(line: string, news: ControlNews): boolean {
  const said = line.length <= longestLine ? jsonOf(line) : undefined;
  if (typeof said !== "object" || said === null) return false;
  const { type, problem, message, detail, request, level, text, running } = said as Readonly<Record<string, unknown>>;
  switch (type) {
    case "ready":
      news.onReady();
      return true;
    case "failed":
      if (!isOneOf(loadProblems, problem) || typeof message !== "string" || typeof detail !== "string") return false;
      news.onLoadFailure(problem, message, detail);
      return true;
    case "log":
      if (typeof request !== "string" && request !== null) return false;
      if (!isOneOf(logLevels, level) || typeof text !== "string") return false;
      news.onLog(request, level, text);
      return true;
    case "background":
      if (typeof running !== "boolean") return false;
      news.onBackground(running);
      return true;
    default:
      return false;
  }
}

function isOneOf<Name extends string>(names: readonly Name[], value: unknown): value is Name {
  return (names as readonly unknown[]).includes(value);
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // As little a message as JSON of another form.
    return undefined;
  }
}
