import host from "islet:node";

type Listener = (message: unknown, name: string | symbol) => void;
type Callback = (...args: unknown[]) => unknown;
interface Storage {
  run(store: unknown, callback: Callback): unknown;
}

const channels = new Map<string | symbol, Channel>();

export class Channel {
  readonly name: string | symbol;
  #listeners: readonly Listener[] = [];
  readonly #stores = new Map<Storage, (message: unknown) => unknown>();

  constructor(name: string | symbol) {
    this.name = name;
  }

  get hasSubscribers(): boolean {
    return this.#listeners.length > 0 || this.#stores.size > 0;
  }

  subscribe(listener: Listener): void {
    this.#listeners = [...this.#listeners, listener];
  }

  unsubscribe(listener: Listener): boolean {
    const index = this.#listeners.indexOf(listener);
    if (index < 0) return false;
    this.#listeners = this.#listeners.toSpliced(index, 1);
    return true;
  }

  publish(message: unknown): void {
    for (const listener of this.#listeners) {
      try {
        listener(message, this.name);
      } catch (error) {
        // The publisher goes on, and the error is nobody's.
        host.queueTask(() => {
          throw error;
        });
      }
    }
  }

  bindStore(store: Storage, transform: (message: unknown) => unknown = (message) => message): void {
    this.#stores.set(store, transform);
  }

  unbindStore(store: Storage): boolean {
    return this.#stores.delete(store);
  }

  runStores(message: unknown, callback: Callback, self?: unknown, ...args: unknown[]): unknown {
    let run = (): unknown => {
      this.publish(message);
      return Reflect.apply(callback, self, args);
    };
    for (const [store, transform] of this.#stores) {
      const inner = run;
      run = () => store.run(transform(message), inner);
    }
    return run();
  }
}

export function channel(name: string | symbol): Channel {
  const known = channels.get(name) ?? new Channel(name);
  channels.set(name, known);
  return known;
}

export function hasSubscribers(name: string | symbol): boolean {
  return channels.get(name)?.hasSubscribers ?? false;
}

export function subscribe(name: string | symbol, listener: Listener): void {
  channel(name).subscribe(listener);
}

export function unsubscribe(name: string | symbol, listener: Listener): boolean {
  return channel(name).unsubscribe(listener);
}

const phases = ["start", "end", "asyncStart", "asyncEnd", "error"] as const;
type Phases = Record<(typeof phases)[number], Channel>;

export class TracingChannel {
  readonly start: Channel;
  readonly end: Channel;
  readonly asyncStart: Channel;
  readonly asyncEnd: Channel;
  readonly error: Channel;

  constructor(given: string | Phases) {
    const of = (phase: (typeof phases)[number]) =>
      typeof given === "string" ? channel(`tracing:${given}:${phase}`) : given[phase];
    this.start = of("start");
    this.end = of("end");
    this.asyncStart = of("asyncStart");
    this.asyncEnd = of("asyncEnd");
    this.error = of("error");
  }

  get hasSubscribers(): boolean {
    return phases.some((phase) => this[phase].hasSubscribers);
  }

  subscribe(listeners: Partial<Record<(typeof phases)[number], Listener>>): void {
    for (const phase of phases) {
      const listener = listeners[phase];
      if (listener) this[phase].subscribe(listener);
    }
  }

  unsubscribe(listeners: Partial<Record<(typeof phases)[number], Listener>>): boolean {
    return phases.every((phase) => {
      const listener = listeners[phase];
      return !listener || this[phase].unsubscribe(listener);
    });
  }

  traceSync(callback: Callback, context: Record<string, unknown> = {}, self?: unknown, ...args: unknown[]): unknown {
    return this.start.runStores(context, () => {
      try {
        const result = Reflect.apply(callback, self, args);
        context.result = result;
        return result;
      } catch (error) {
        context.error = error;
        this.error.publish(context);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }

  tracePromise(callback: Callback, context: Record<string, unknown> = {}, self?: unknown, ...args: unknown[]): unknown {
    return this.traceSync(() => {
      const settled = (key: "result" | "error", value: unknown): void => {
        context[key] = value;
        if (key === "error") this.error.publish(context);
        this.asyncStart.publish(context);
        this.asyncEnd.publish(context);
      };
      return Promise.resolve(Reflect.apply(callback, self, args)).then(
        (value) => {
          settled("result", value);
          return value;
        },
        (error: unknown) => {
          settled("error", error);
          throw error;
        },
      );
    }, context);
  }

  traceCallback(
    callback: Callback,
    position = -1,
    context: Record<string, unknown> = {},
    self?: unknown,
    ...args: unknown[]
  ): unknown {
    const at = position < 0 ? args.length + position : position;
    const done = args[at] as Callback;
    const traced = (error: unknown, ...rest: unknown[]): unknown => {
      if (error) context.error = error;
      else [context.result] = rest;
      if (error) this.error.publish(context);
      return this.asyncStart.runStores(context, () => {
        try {
          return done(error, ...rest);
        } finally {
          this.asyncEnd.publish(context);
        }
      });
    };
    return this.traceSync(callback, context, self, ...args.toSpliced(at, 1, traced));
  }
}

export function tracingChannel(given: string | Phases): TracingChannel {
  return new TracingChannel(given);
}

export default { Channel, channel, hasSubscribers, subscribe, tracingChannel, unsubscribe };
