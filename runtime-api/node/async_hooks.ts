import host from "islet:node";

const { current, run: runIn, set } = host.asyncFrames();

type Frame = ReturnType<typeof current>;
type Callback = (...args: unknown[]) => unknown;

function without(frame: Frame, storage: object): Frame {
  if (frame === undefined) return undefined;
  if (frame.storage === storage) return frame.next;
  const next = without(frame.next, storage);
  return next === frame.next ? frame : { storage: frame.storage, value: frame.value, next };
}

function requireFunction(value: unknown, name: string): asserts value is Callback {
  if (typeof value === "function") return;
  const error = new TypeError(`The "${name}" argument must be of type function.`);
  throw Object.assign(error, { code: "ERR_INVALID_ARG_TYPE" });
}

/** The same function, called in the context of now, with the caller's `this`. */
function bound<Bound extends Callback>(callback: Bound, self?: unknown): Bound {
  const frame = current();
  const isFixed = self !== undefined;
  const call = function (this: unknown, ...args: unknown[]): unknown {
    return runIn(frame, callback, isFixed ? self : this, args);
  };
  Object.defineProperty(call, "length", { value: callback.length, configurable: true });
  return call as Bound;
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

let resources = 0;

export class AsyncResource {
  readonly type: string;
  readonly #frame = current();
  readonly #id = ++resources;

  constructor(type: string, _options?: unknown) {
    if (typeof type !== "string") {
      throw Object.assign(new TypeError('The "type" argument must be of type string.'), {
        code: "ERR_INVALID_ARG_TYPE",
      });
    }
    this.type = type;
  }

  static bind<Bound extends Callback>(callback: Bound, type?: string, self?: unknown): Bound {
    requireFunction(callback, "fn");
    return new AsyncResource(type ?? (callback.name || "bound-anonymous-fn")).bind(callback, self);
  }

  bind<Bound extends Callback>(callback: Bound, self?: unknown): Bound {
    requireFunction(callback, "fn");
    return runIn(this.#frame, bound as Callback, undefined, [callback, self]) as Bound;
  }

  runInAsyncScope<Result>(callback: (...args: never[]) => Result, self?: unknown, ...args: unknown[]): Result {
    return runIn(this.#frame, callback as Callback, self, args) as Result;
  }

  emitDestroy(): this {
    return this;
  }

  asyncId(): number {
    return this.#id;
  }

  triggerAsyncId(): number {
    return 0;
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

export default {
  AsyncLocalStorage,
  AsyncResource,
  createHook,
  executionAsyncId,
  executionAsyncResource,
  triggerAsyncId,
};
