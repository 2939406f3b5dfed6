import { type HostOps, hostOpNames } from "./ops.ts";

const { apply } = Reflect;
const { slice } = String.prototype;

/** More than the host takes of a text, so that it sees that there was more. */
const longestText = 16 * 1024 + 1;
const longestHead = 256 * 1024 + 1;
/** Far more than anything on the way takes; parsing 70 million characters would take the host seconds. */
const longestUrl = 1024 * 1024;

/**
 * Texts that are cut before they cross, by op and argument: a crossing copies the whole text, and the
 * host's main thread waits for it, which is not the guest's to spend.
 */
const cuts: Partial<Record<keyof HostOps, readonly (number | undefined)[]>> = {
  log: [undefined, undefined, longestText],
  fail: [undefined, undefined, longestText, longestText],
  entryThrew: [longestText, longestText],
  abort: [undefined, longestText],
  respond: [undefined, undefined, longestHead, longestHead],
  fetch: [undefined, longestHead, longestHead, longestHead],
};

/** The host's ops, set once when the runtime boots and before any tenant code runs. */
export let host: HostOps;

export function connectHost(ops: readonly unknown[]): void {
  const table: Record<string, unknown> = Object.create(null);
  for (let i = 0; i < hostOpNames.length; i++) {
    const name = hostOpNames[i] as keyof HostOps;
    const op = ops[i] as (...args: unknown[]) => unknown;
    const longest = cuts[name];
    table[name] = longest ? cutting(op, longest) : op;
  }
  table.parseUrl = unlessLong(table.parseUrl as (...args: (string | undefined)[]) => unknown, undefined);
  table.setUrl = unlessLong(table.setUrl as (...args: (string | undefined)[]) => unknown, "");
  host = Object.freeze(table) as unknown as HostOps;
}

function cutting(op: (...args: unknown[]) => unknown, longest: readonly (number | undefined)[]) {
  const [first, second, third, fourth] = longest;
  return (a: unknown, b: unknown, c: unknown, d: unknown, e: unknown, f: unknown): unknown =>
    op(cut(a, first), cut(b, second), cut(c, third), cut(d, fourth), e, f);
}

/** A URL that is too long is no URL: it is not even asked about. */
function unlessLong<Result>(op: (...args: (string | undefined)[]) => Result, otherwise: Result) {
  const long = (text: string | undefined) => text !== undefined && text.length > longestUrl;
  return (a?: string, b?: string, c?: string): Result => (long(a) || long(b) || long(c) ? otherwise : op(a, b, c));
}

function cut(value: unknown, longest: number | undefined): unknown {
  if (longest === undefined || typeof value !== "string" || value.length <= longest) return value;
  return apply(slice, value, [0, longest]);
}
