import host from "islet:node";

type Callback = (...args: unknown[]) => unknown;
type Start = (callback: Callback, ms?: number, ...args: unknown[]) => number;

// Of the web's, which these may take the places of.
const {
  setTimeout: after,
  setInterval: every,
  clearTimeout: stop,
} = globalThis as unknown as Record<"setTimeout" | "setInterval", Start> & { clearTimeout(id: unknown): void };

/** As Node's: an object, and no number. An isolate is never kept waiting or let go by a timer, so ref() and unref() do nothing. */
export class Timeout {
  #id: number;
  readonly #start: () => number;

  constructor(start: () => number) {
    this.#start = start;
    this.#id = start();
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  refresh(): this {
    stop(this.#id);
    this.#id = this.#start();
    return this;
  }

  close(): this {
    stop(this.#id);
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.#id;
  }

  [Symbol.for("nodejs.dispose")](): void {
    this.close();
  }
}

export function setTimeout(callback: Callback, ms?: number, ...args: unknown[]): Timeout {
  return new Timeout(() => after(callback, ms, ...args));
}

export function setInterval(callback: Callback, ms?: number, ...args: unknown[]): Timeout {
  return new Timeout(() => every(callback, ms, ...args));
}

export class Immediate {
  #isCleared = false;

  constructor(callback: Callback, args: readonly unknown[]) {
    host.queueTask(() => {
      if (!this.#isCleared) callback(...args);
    });
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  clear(): void {
    this.#isCleared = true;
  }
}

export function setImmediate(callback: Callback, ...args: unknown[]): Immediate {
  return new Immediate(callback, args);
}

export function clearImmediate(immediate: unknown): void {
  if (immediate instanceof Immediate) immediate.clear();
}

export function clearTimeout(timer: unknown): void {
  if (timer instanceof Timeout) timer.close();
  else stop(timer);
}

export const clearInterval = clearTimeout;

export default { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate };
