import host from "islet:node";

const { frame: current, inFrame } = host;

type Callback = (...args: unknown[]) => unknown;

export function requireFunction(value: unknown, name: string): asserts value is Callback {
  if (typeof value === "function") return;
  const error = new TypeError(`The "${name}" argument must be of type function.`);
  throw Object.assign(error, { code: "ERR_INVALID_ARG_TYPE" });
}

/** The same function, called in the context of now; with the caller's `this`, unless one is given. */
export function bound<Bound extends Callback>(callback: Bound, self?: unknown): Bound {
  const frame = current();
  const isFixed = self !== undefined;
  const call = function (this: unknown, ...args: unknown[]): unknown {
    return inFrame(frame, callback, isFixed ? self : this, args);
  };
  Object.defineProperty(call, "length", { value: callback.length, configurable: true });
  return call as Bound;
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
    return inFrame(this.#frame, bound as Callback, undefined, [callback, self]) as Bound;
  }

  runInAsyncScope<Result>(callback: (...args: never[]) => Result, self?: unknown, ...args: unknown[]): Result {
    return inFrame(this.#frame, callback as Callback, self, args) as Result;
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
