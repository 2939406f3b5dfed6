import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Bundle } from "../core/deployment.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { Limits } from "../core/limits.ts";
import type { CheckProblem, InstanceEnd } from "../core/messages.ts";
import type { LoadProblem } from "./control-reader.ts";
import type { KeptContainer, KeptParts } from "./kept-container.ts";
import { RunnerSockets } from "./runner-sockets.ts";

/** For the engine and the interpreter, beside the function's own start-up limit. */
const graceMs = 10_000;

export interface ContainerCheckParts {
  readonly id: string;
  readonly bundle: Bundle;
  readonly limits: Limits;
  readonly runDirectory: string;
  readonly container: (more: Pick<KeptParts, "directory" | "onOutput" | "onExit">) => KeptContainer;
  /** It is of no more use, and may still be there. */
  readonly onNotRemoved: (error: unknown) => void;
}

/** Loads a bundle in a container that is thrown away. Null: its runner would have served. */
export async function checkInContainer(parts: ContainerCheckParts): Promise<CheckProblem | null> {
  const { bundle, limits } = parts;
  const directory = join(parts.runDirectory, parts.id);
  const outcome = Promise.withResolvers<CheckProblem | null>();
  const problem = (code: ErrorCode, message: string) =>
    outcome.resolve({ code, message, place: bundle.program ? {} : { module: bundle.main } });
  let lastError = "";
  await mkdir(directory, { mode: 0o711 });
  const container = parts.container({
    directory,
    onOutput: (stream, text) => {
      if (stream === "stderr") lastError = text;
    },
    onExit: (end) => problem(...exitOf(end, lastError)),
  });
  let timer: NodeJS.Timeout | undefined;
  let sockets: RunnerSockets | undefined;
  try {
    sockets = await RunnerSockets.open(join(directory, "run"), 1, {
      onReady: () => outcome.resolve(null),
      onLoadFailure: (how, message, detail) =>
        problem(problems[how], how === "ended" ? withLastLines(message, detail) : message),
      onConnection: () => undefined,
      // As in an isolate: nobody asks for anything while an upload is checked.
      onEgress: (socket) => socket.destroy(),
      onLog: () => undefined,
      onBackground: () => undefined,
      onLines: () => undefined,
      onEnd: () => undefined,
    });
    await container.start(bundle);
    const allowedMs = limits.startupMs + graceMs;
    timer = setTimeout(() => problem(...tooLate(bundle)), allowedMs);
    return await outcome.promise;
  } finally {
    clearTimeout(timer);
    sockets?.close();
    await container.remove().catch(parts.onNotRemoved);
  }
}

const problems: Record<LoadProblem, ErrorCode> = {
  syntax: "module_syntax",
  missing: "module_not_found",
  threw: "module_failed",
  no_handler: "no_handler",
  ended: "program_failed",
};

/** A program's own words are all that there is to say what is wrong with it. */
function withLastLines(message: string, lines: string): string {
  return lines === "" ? message : `${message} Its last words were:\n${lines}`;
}

function tooLate({ program, limits: { startupMs } }: Bundle): [ErrorCode, string] {
  if (!program) return ["module_startup_limit", `Loading the modules took longer than ${startupMs} ms.`];
  const allowed = `limits.startupMs, ${startupMs} ms, and ${graceMs / 1_000} s more`;
  return ["program_failed", `The program took no requests at port ${program.port} within ${allowed}.`];
}

function exitOf(end: InstanceEnd, lastError: string): [ErrorCode, string] {
  if (end.kind === "failed") return [end.code, end.message];
  if (end.outOfMemory)
    return ["module_memory_limit", "Loading the modules took more memory than limits.memoryMb allows."];
  const last = lastError === "" ? "" : ` Its last words were: ${lastError}`;
  return ["module_crashed", `Loading the modules ended their process with exit code ${end.exitCode}.${last}`];
}
