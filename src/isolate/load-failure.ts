import type { SourcePlace } from "../core/errors.ts";
import type { Limits } from "../core/limits.ts";

export type LoadFailureKind = "syntax" | "threw" | "timeout" | "memory" | "missing" | "no_handler";

/** A bundle's modules could not be loaded, by the fault of the bundle. */
export class LoadFailure extends Error {
  override readonly name = "LoadFailure";
  readonly kind: LoadFailureKind;
  readonly place: SourcePlace;

  constructor(kind: LoadFailureKind, message: string, place: SourcePlace = {}) {
    super(message);
    this.kind = kind;
    this.place = place;
  }
}

const bracketed = / \[([^[\]]+):(\d+):(\d+)\]$/;
const stackLine = /^\s*at (?:.*\()?([^()]+?):(\d+):(\d+)\)?$/;

/**
 * Takes the place out of an error that isolated-vm threw: syntax errors carry it at the end of
 * their message, others in the first line of their stack that is in the bundle.
 */
export function locate(error: Error, isModule: (name: string) => boolean): { message: string; place: SourcePlace } {
  const match = bracketed.exec(error.message);
  if (match?.[1] !== undefined) {
    const message = error.message.slice(0, match.index);
    if (isModule(match[1])) {
      return { message, place: { module: match[1], line: Number(match[2]), column: Number(match[3]) } };
    }
    // Where the source was too deep to read, isolated-vm names itself.
    if (match[1].startsWith("<")) return { message, place: {} };
  }
  for (const line of (error.stack ?? "").split("\n")) {
    const frame = stackLine.exec(line);
    if (frame?.[1] !== undefined && isModule(frame[1])) {
      return { message: error.message, place: { module: frame[1], line: Number(frame[2]), column: Number(frame[3]) } };
    }
  }
  return { message: error.message, place: {} };
}

export function tookTooLong({ startupMs }: Pick<Limits, "startupMs">): LoadFailure {
  return new LoadFailure("timeout", `loading took longer than ${startupMs} ms`);
}

export function tooMuchMemory(): LoadFailure {
  return new LoadFailure("memory", "loading the modules used too much memory");
}

export function hasNoFetch(main: string): LoadFailure {
  return new LoadFailure("no_handler", "the default export has no fetch method, and nothing listens for fetch events", {
    module: main,
  });
}
