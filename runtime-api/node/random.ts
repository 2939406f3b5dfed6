import host from "islet:node";
import { Buffer } from "node:buffer";
import { nodeError, wrongType } from "./node-error.ts";

type Done<Value> = (error: Error | null, value: Value) => void;

/** What the host gives at once. */
const mostAtOnce = 65_536;
const mostBytes = 2 ** 31 - 1;

function fill(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += mostAtOnce) {
    bytes.set(host.randomBytes(Math.min(mostAtOnce, bytes.length - at)), at);
  }
}

/** Calls back later, if there is who is to be called. */
function give<Value>(value: Value, done: Done<Value> | undefined): Value | undefined {
  if (done === undefined) return value;
  if (typeof done !== "function") throw wrongType("callback", "function", done);
  queueMicrotask(() => done(null, value));
  return undefined;
}

export function randomBytes(size: number, done?: Done<Buffer>): Buffer | undefined {
  if (typeof size !== "number") throw wrongType("size", "number", size);
  if (!(size >= 0 && size <= mostBytes)) {
    throw nodeError(
      RangeError,
      "ERR_OUT_OF_RANGE",
      `The value of "size" is out of range. It must be >= 0 && <= ${mostBytes}. Received ${size}`,
    );
  }
  const bytes = Buffer.alloc(size);
  fill(bytes);
  return give(bytes, done);
}

/** Offsets and sizes are in elements of the target. */
function partOf(target: ArrayBufferView | ArrayBuffer, offset: unknown, size: unknown): Uint8Array {
  if (!ArrayBuffer.isView(target) && !(target instanceof ArrayBuffer)) {
    throw wrongType("buf", "ArrayBuffer, Buffer, TypedArray, or DataView", target);
  }
  const bytes = ArrayBuffer.isView(target)
    ? new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
    : new Uint8Array(target);
  const elementBytes = (target as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
  const start = within("offset", offset, bytes.length / elementBytes);
  const count = size === undefined ? undefined : within("size", size, bytes.length / elementBytes - start);
  return bytes.subarray(start * elementBytes, count === undefined ? undefined : (start + count) * elementBytes);
}

function within(name: string, value: unknown, most: number): number {
  if (typeof value !== "number") throw wrongType(name, "number", value);
  if (value >= 0 && value <= most) return value;
  throw nodeError(
    RangeError,
    "ERR_OUT_OF_RANGE",
    `The value of "${name}" is out of range. It must be >= 0 && <= ${most}. Received ${value}`,
  );
}

export function randomFillSync<Target extends ArrayBufferView | ArrayBuffer>(
  target: Target,
  offset = 0,
  size?: number,
): Target {
  fill(partOf(target, offset, size));
  return target;
}

export function randomFill<Target extends ArrayBufferView | ArrayBuffer>(target: Target, ...rest: unknown[]): void {
  const done = rest.pop() as Done<Target>;
  if (typeof done !== "function") throw wrongType("callback", "function", done);
  const [offset, size] = rest as [number?, number?];
  give(randomFillSync(target, offset, size), done);
}

export function randomUUID(): string {
  return host.randomUuid();
}

export function randomInt(...args: (number | Done<number> | undefined)[]): number | undefined {
  const done = typeof args.at(-1) === "function" ? (args.pop() as Done<number>) : undefined;
  const [first, second] = args as [number, number?];
  const [min, max] = second === undefined ? [0, first] : [first, second];
  if (!Number.isSafeInteger(min)) throw wrongType("min", "safe integer", min);
  if (!Number.isSafeInteger(max)) throw wrongType("max", "safe integer", max);
  const range = max - min;
  const most = 2 ** 48;
  if (!(range > 0 && range < most)) {
    throw nodeError(
      RangeError,
      "ERR_OUT_OF_RANGE",
      `The value of "max" is out of range. It must be greater than the value of "min" (${min}). Received ${max}`,
    );
  }
  // Those past the last whole range would make some results likelier.
  const limit = most - (most % range);
  for (;;) {
    const drawn = Buffer.from(host.randomBytes(6)).readUIntBE(0, 6);
    if (drawn < limit) return give(min + (drawn % range), done);
  }
}
