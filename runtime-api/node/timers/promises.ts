import {
  setTimeout as after,
  clearImmediate,
  clearInterval,
  clearTimeout,
  setInterval as every,
  setImmediate as later,
} from "node:timers";

interface Options {
  readonly signal?: AbortSignal;
}

function abortError(signal: AbortSignal): Error {
  const error = new Error("The operation was aborted", { cause: signal.reason });
  return Object.assign(error, { name: "AbortError", code: "ABORT_ERR" });
}

function waiting<Value>(
  start: (resolve: (value: Value) => void) => () => void,
  signal: AbortSignal | undefined,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortError(signal));
      return;
    }
    const stop = start((value) => {
      signal?.removeEventListener("abort", aborted);
      resolve(value);
    });
    const aborted = (): void => {
      stop();
      reject(abortError(signal as AbortSignal));
    };
    signal?.addEventListener("abort", aborted, { once: true });
  });
}

export function setTimeout<Value>(ms?: number, value?: Value, { signal }: Options = {}): Promise<Value> {
  return waiting((resolve) => {
    const timer = after(() => resolve(value as Value), ms);
    return () => clearTimeout(timer);
  }, signal);
}

export function setImmediate<Value>(value?: Value, { signal }: Options = {}): Promise<Value> {
  return waiting((resolve) => {
    const immediate = later(() => resolve(value as Value));
    return () => clearImmediate(immediate);
  }, signal);
}

export async function* setInterval<Value>(ms?: number, value?: Value, { signal }: Options = {}): AsyncGenerator<Value> {
  let due = 0;
  let wake: (() => void) | undefined;
  const timer = every(() => {
    due++;
    wake?.();
  }, ms);
  try {
    for (;;) {
      if (due === 0) {
        await waiting<void>((resolve) => {
          wake = resolve;
          return () => undefined;
        }, signal);
      }
      for (; due > 0; due--) yield value as Value;
    }
  } finally {
    clearInterval(timer);
  }
}

export const scheduler = {
  wait: (ms: number, options?: Options): Promise<unknown> => setTimeout(ms, undefined, options),
  yield: (): Promise<unknown> => setImmediate(),
};

export default { setTimeout, setImmediate, setInterval, scheduler };
