/** Something that parses bytes from outside. */
export interface Target {
  readonly name: string;
  /** Pieces that a random change would hardly hit upon. */
  readonly dictionary: readonly string[];
  start(): Promise<RunningTarget>;
}

export interface RunningTarget {
  /** @throws Error when the input does harm. */
  run(input: Uint8Array): Promise<void>;
  /** Looks for harm that does not show with one input. @throws Error */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** What `work` gives, or an Error when that takes too long. */
export async function within<Value>(ms: number, what: string, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
