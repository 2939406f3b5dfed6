import host from "islet:node";
import { AsyncResource, bound, requireFunction } from "./async-resource.ts";

const { frame: current, inFrame: runIn, setFrame: set } = host;
host.carryFrames();

type Frame = ReturnType<typeof current>;
type Callback = (...args: unknown[]) => unknown;

function without(frame: Frame, storage: object): Frame {
  if (frame === undefined) return undefined;
  if (frame.storage === storage) return frame.next;
  const next = without(frame.next, storage);
  return next === frame.next ? frame : { storage: frame.storage, value: frame.value, next };
}

export class AsyncLocalStorage<T = unknown> {
  readonly #defaultValue: T | undefined;
  readonly #name: string;

  constructor({ defaultValue, name = "" }: { defaultValue?: T; name?: string } = {}) {
    this.#defaultValue = defaultValue;
    this.#name = `${name}`;
  }

  static bind<Bound extends Callback>(callback: Bound): Bound {
    requireFunction(callback, "fn");
    return bound(callback);
  }

  static snapshot(): (callback: Callback, ...args: unknown[]) => unknown {
    const frame = current();
    return (callback, ...args) => runIn(frame, callback, undefined, args);
  }

  get name(): string {
    return this.#name;
  }

  getStore(): T | undefined {
    for (let frame = current(); frame !== undefined; frame = frame.next) {
      if (frame.storage === this) return frame.value as T;
    }
    return this.#defaultValue;
  }

  run<Result>(store: T, callback: (...args: never[]) => Result, ...args: unknown[]): Result {
    // As Node has it: nothing changes for what is there already.
    if (Object.is(store, this.getStore())) return Reflect.apply(callback, undefined, args) as Result;
    return runIn(this.#with(store), callback as Callback, undefined, args) as Result;
  }

  exit<Result>(callback: (...args: never[]) => Result, ...args: unknown[]): Result {
    return this.run(undefined as T, callback, ...args);
  }

  enterWith(store: T): void {
    set(this.#with(store));
  }

  /** Until the next run() or enterWith(). */
  disable(): void {
    set(without(current(), this));
  }

  #with(value: T): Frame {
    return { storage: this, value, next: without(current(), this) };
  }
}

const topLevel = {};

/** Islet counts no asynchronous operations, so all code has the id of the top level. */
export function executionAsyncId(): number {
  return 0;
}

export function triggerAsyncId(): number {
  return 0;
}

export function executionAsyncResource(): object {
  return topLevel;
}

export function createHook(): never {
  const error = new Error(
    "async_hooks.createHook() is not there in isolates: V8 tells nobody of asynchronous operations",
  );
  throw Object.assign(error, { code: "ERR_METHOD_NOT_IMPLEMENTED" });
}

export { AsyncResource };

export default {
  AsyncLocalStorage,
  AsyncResource,
  createHook,
  executionAsyncId,
  executionAsyncResource,
  triggerAsyncId,
};
