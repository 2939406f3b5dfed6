import { epochMs } from "./clock.ts";

/*
 * Date and Intl.DateTimeFormat by the clock of clock.ts. V8's own Date is where nothing leads to: it
 * never has code of the tenant's above it, so that no stack can show it.
 */

const { apply, construct, setPrototypeOf } = Reflect;
const { defineProperty, getOwnPropertyDescriptor } = Object;
const { get: getWeak, set: setWeak } = WeakMap.prototype;
const toNumber = Number;
const { toPrimitive } = Symbol;

const Original = Date;
const { prototype, UTC, parse } = Original;
const { toString: describe, getTime } = prototype;

type Primitive = string | number | bigint | boolean | symbol | null | undefined;

function isObject(value: unknown): value is object {
  return typeof value === "function" || (typeof value === "object" && value !== null);
}

/** As `new Date(value)` makes it of its argument. */
function toDatePrimitive(value: unknown): Primitive {
  if (!isObject(value)) return value as Primitive;
  try {
    return apply(getTime, value, []) as number;
  } catch {
    // It is no Date.
  }
  const convert = (value as { [toPrimitive]?: unknown })[toPrimitive];
  const ways = convert === undefined || convert === null ? ["valueOf", "toString"] : [toPrimitive];
  // biome-ignore lint/style/useForOf: a tenant can replace how arrays are iterated
  for (let i = 0; i < ways.length; i++) {
    const way = (value as Record<string | symbol, unknown>)[ways[i] as string];
    if (typeof way !== "function") continue;
    const result: unknown = apply(way, value, ["default"]);
    if (!isObject(result)) return result as Primitive;
  }
  throw new TypeError("Cannot convert object to primitive value");
}

const holder = {
  Date: function (this: unknown, ...given: unknown[]): string | Date {
    if (new.target === undefined) return apply(describe, construct(Original, [epochMs()], Original), []) as string;
    const args: unknown[] = [];
    if (given.length === 0) defineProperty(args, 0, { value: epochMs() });
    else if (given.length === 1) defineProperty(args, 0, { value: toDatePrimitive(given[0]) });
    else {
      for (let i = 0; i < given.length && i < 7; i++) defineProperty(args, i, { value: toNumber(given[i] as number) });
    }
    const ownPrototype: unknown = new.target === replacement ? prototype : new.target.prototype;
    const date = construct(Original, args, Original) as Date;
    if (ownPrototype !== prototype && isObject(ownPrototype)) setPrototypeOf(date, ownPrototype);
    return date;
  },
};

const replacement = holder.Date as unknown as DateConstructor;

/** Formats the time that it is when it is given none. */
function freezeFormats(): void {
  const formats = Intl.DateTimeFormat.prototype;
  const { formatToParts } = formats;
  const getFormat = getOwnPropertyDescriptor(formats, "format")?.get as () => (date: unknown) => string;
  const frozen = new WeakMap<object, (date?: unknown) => string>();
  const hidden = {
    get format(): (date?: unknown) => string {
      const original = apply(getFormat, this, []);
      const known = apply(getWeak, frozen, [original]) as ((date?: unknown) => string) | undefined;
      if (known) return known;
      const format = (date?: unknown): string => original(date === undefined ? epochMs() : date);
      defineProperty(format, "name", { value: "", configurable: true });
      defineProperty(format, "length", { value: 1, configurable: true });
      apply(setWeak, frozen, [original, format]);
      return format;
    },
    formatToParts(date: unknown): unknown {
      return apply(formatToParts, this, [date === undefined ? epochMs() : date]);
    },
  };
  const getter = getOwnPropertyDescriptor(hidden, "format")?.get as () => unknown;
  defineProperty(formats, "format", { get: getter, enumerable: false, configurable: true });
  defineProperty(formats, "formatToParts", { value: hidden.formatToParts, writable: true, configurable: true });
}

export function freezeClocks(): void {
  const hidden = { writable: true, enumerable: false, configurable: true };
  const { now } = { now: (): number => epochMs() };
  defineProperty(replacement, "prototype", { value: prototype, writable: false, enumerable: false });
  defineProperty(replacement, "length", { value: 7, configurable: true });
  defineProperty(replacement, "now", { value: now, ...hidden });
  defineProperty(replacement, "parse", { value: parse, ...hidden });
  defineProperty(replacement, "UTC", { value: UTC, ...hidden });
  defineProperty(prototype, "constructor", { value: replacement, ...hidden });
  defineProperty(globalThis, "Date", { value: replacement, ...hidden });
  freezeFormats();
}
