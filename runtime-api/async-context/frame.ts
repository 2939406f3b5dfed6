const { apply } = Reflect;

/** The value of one AsyncLocalStorage, and those of the others. Never changed: code that goes on later has the one of its time. */
export interface Frame {
  readonly storage: object;
  readonly value: unknown;
  readonly next: Frame | undefined;
}

/**
 * What AsyncLocalStorage gives to the code that runs now. Every entry of the host begins without; who calls a tenant's
 * function later than it was given sets it to what it was then.
 */
export const asyncContext: { frame: Frame | undefined } = { frame: undefined };

export function inFrame(
  frame: Frame | undefined,
  run: (...args: unknown[]) => unknown,
  self: unknown,
  args: readonly unknown[],
): unknown {
  const before = asyncContext.frame;
  asyncContext.frame = frame;
  try {
    return apply(run, self, args as unknown[]);
  } finally {
    asyncContext.frame = before;
  }
}
