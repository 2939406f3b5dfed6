import type { Socket } from "node:net";
import { z } from "zod";
import type { LogLevel } from "../core/invocation.ts";

/** Characters of a line: of its text, each of which may be escaped. */
const longestLine = 16 * 1024 * 6 + 1024;

const loadProblem = z.enum(["syntax", "missing", "threw", "no_handler", "ended"]);
export type LoadProblem = z.output<typeof loadProblem>;

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

const message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({
    type: z.literal("failed"),
    problem: loadProblem,
    message: z.string(),
    detail: z.string(),
  }),
  z.object({
    type: z.literal("log"),
    request: z.string().nullable(),
    level: z.enum(["debug", "info", "warn", "error"]),
    text: z.string(),
  }),
  z.object({ type: z.literal("background"), running: z.boolean() }),
]);

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

function tell(line: string, news: ControlNews): boolean {
  const parsed = line.length <= longestLine ? message.safeParse(jsonOf(line)) : undefined;
  if (!parsed?.success) return false;
  const said = parsed.data;
  switch (said.type) {
    case "ready":
      news.onReady();
      return true;
    case "failed":
      news.onLoadFailure(said.problem, said.message, said.detail);
      return true;
    case "log":
      news.onLog(said.request, said.level, said.text);
      return true;
    case "background":
      news.onBackground(said.running);
      return true;
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // As little a message as JSON of another form.
    return undefined;
  }
}
