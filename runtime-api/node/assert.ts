import { inspect } from "node:util";
import { isDeepEqual } from "./deep-equal.ts";
import { nodeError, wrongType } from "./node-error.ts";

type Expected = RegExp | ((error: unknown) => unknown) | Record<string, unknown> | Error;

interface Details {
  readonly message?: string | undefined;
  readonly actual?: unknown;
  readonly expected?: unknown;
  readonly operator?: string;
}

export class AssertionError extends Error {
  readonly code = "ERR_ASSERTION";
  readonly generatedMessage: boolean;
  readonly actual: unknown;
  readonly expected: unknown;
  readonly operator: string;

  constructor({ message, actual, expected, operator = "fail" }: Details) {
    super(message ?? `${inspect(actual)} ${operator} ${inspect(expected)}`);
    this.generatedMessage = message === undefined;
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
  }

  override get name(): string {
    return "AssertionError";
  }
}

function require(holds: boolean, message: string | Error | undefined, details: Details): void {
  if (holds) return;
  if (message instanceof Error) throw message;
  throw new AssertionError({ ...details, message: message ?? details.message });
}

type Message = string | Error;
type Compare = (actual: unknown, expected: unknown, message?: Message) => void;

function comparing(operator: string, says: string, holds: (actual: unknown, expected: unknown) => boolean): Compare {
  return (actual, expected, message) =>
    require(holds(actual, expected), message, {
      message: `${says}:\n\n${inspect(actual)}\n\n${operator}\n\n${inspect(expected)}\n`,
      ...{ actual, expected, operator },
    });
}

export function ok(value?: unknown, message?: Message): void {
  const text = "The expression evaluated to a falsy value";
  require(Boolean(value), message, { message: text, actual: value, expected: true, operator: "==" });
}

export function fail(message: Message = "Failed"): never {
  if (message instanceof Error) throw message;
  throw new AssertionError({ message, operator: "fail" });
}

// biome-ignore lint/suspicious/noDoubleEquals: what these are for
const loosely = (a: unknown, b: unknown): boolean => a == b || (Number.isNaN(a) && Number.isNaN(b));
export const equal = comparing("==", "Expected values to be loosely equal", loosely);
export const notEqual = comparing("!=", "Expected values to be loosely unequal", (a, b) => !loosely(a, b));
export const strictEqual = comparing("strictEqual", "Expected values to be strictly equal", Object.is);
export const notStrictEqual = comparing(
  "notStrictEqual",
  "Expected values not to be the same",
  (a, b) => !Object.is(a, b),
);
export const deepEqual = comparing("deepEqual", "Expected values to be loosely deep-equal", (a, b) =>
  isDeepEqual(a, b, false),
);
export const notDeepEqual = comparing(
  "notDeepEqual",
  "Expected values not to be loosely deep-equal",
  (a, b) => !isDeepEqual(a, b, false),
);
export const deepStrictEqual = comparing("deepStrictEqual", "Expected values to be strictly deep-equal", (a, b) =>
  isDeepEqual(a, b, true),
);
export const notDeepStrictEqual = comparing(
  "notDeepStrictEqual",
  "Expected values not to be deep-equal",
  (a, b) => !isDeepEqual(a, b, true),
);

function matching(operator: "match" | "doesNotMatch", wanted: boolean): Compare {
  return (text, pattern, message) => {
    if (!(pattern instanceof RegExp)) throw wrongType("regexp", "RegExp", pattern);
    const holds = typeof text === "string" && pattern.test(text) === wanted;
    const says = `The input ${wanted ? "did not match" : "was expected not to match"} ${String(pattern)}: ${inspect(text)}`;
    require(holds, message, { message: says, actual: text, expected: pattern, operator });
  };
}
export const match = matching("match", true);
export const doesNotMatch = matching("doesNotMatch", false);

function check(error: unknown, expected: Expected | undefined, message: Message | undefined, operator: string): void {
  if (expected === undefined) return;
  const details = { actual: error, expected, operator };
  if (expected instanceof RegExp) {
    const says = `The input did not match ${String(expected)}: ${String(error)}`;
    return require(expected.test(String(error)), message, { message: says, ...details });
  }
  if (typeof expected === "function") {
    if (expected.prototype !== undefined && error instanceof expected) return;
    if (expected === Error || expected.prototype instanceof Error) throw error;
    return require(expected.call({}, error) === true, message, {
      message: `The ${expected.name || "validation function"} is expected to return "true"`,
      ...details,
    });
  }
  const keys = Object.keys(expected);
  if (expected instanceof Error) keys.push("name", "message");
  for (const key of keys) {
    const [actual, wanted] = [
      (error as Record<string, unknown> | null)?.[key],
      (expected as Record<string, unknown>)[key],
    ];
    const holds =
      wanted instanceof RegExp && typeof actual === "string" ? wanted.test(actual) : isDeepEqual(actual, wanted, true);
    require(holds, message, { message: `${key}: ${inspect(actual)} is not ${inspect(wanted)}`, ...details });
  }
}

function split(
  expected: Expected | string | undefined,
  message?: Message,
): [Expected | undefined, Message | undefined] {
  return typeof expected === "string" ? [undefined, expected] : [expected, message];
}

export function throws(run: () => unknown, expected?: Expected | string, message?: Message): void {
  if (typeof run !== "function") throw wrongType("fn", "function", run);
  const [wanted, text] = split(expected, message);
  let thrown: { error: unknown } | undefined;
  try {
    run();
  } catch (error) {
    thrown = { error };
  }
  require(thrown !== undefined, text, { message: "Missing expected exception.", operator: "throws" });
  check(thrown?.error, wanted, text, "throws");
}

export async function rejects(
  run: Promise<unknown> | (() => Promise<unknown>),
  expected?: Expected | string,
  message?: Message,
): Promise<void> {
  const [wanted, text] = split(expected, message);
  let thrown: { error: unknown } | undefined;
  try {
    await (typeof run === "function" ? run() : run);
  } catch (error) {
    thrown = { error };
  }
  require(thrown !== undefined, text, { message: "Missing expected rejection.", operator: "rejects" });
  check(thrown?.error, wanted, text, "rejects");
}

function unwanted(error: unknown, what: string, message: Message | undefined): never {
  if (message instanceof Error) throw message;
  const actual = error instanceof Error ? error.message : String(error);
  throw new AssertionError({
    message: `Got unwanted ${what}: ${message ?? ""}\nActual message: "${actual}"`,
    actual: error,
  });
}

export function doesNotThrow(run: () => unknown, message?: Message): void {
  try {
    run();
  } catch (error) {
    unwanted(error, "exception", message);
  }
}

export async function doesNotReject(
  run: Promise<unknown> | (() => Promise<unknown>),
  message?: Message,
): Promise<void> {
  try {
    await (typeof run === "function" ? run() : run);
  } catch (error) {
    unwanted(error, "rejection", message);
  }
}

export function ifError(value: unknown): void {
  if (value === null || value === undefined) return;
  throw new AssertionError({
    message: `ifError got unwanted exception: ${value instanceof Error ? value.message : inspect(value)}`,
    ...{ actual: value, expected: null, operator: "ifError" },
  });
}

function assert(...args: [value?: unknown, message?: Message]): void {
  if (args.length === 0) throw nodeError(TypeError, "ERR_MISSING_ARGS", "No value argument passed to `assert.ok()`");
  ok(...args);
}
const members = {
  ...{ AssertionError, ok, fail, equal, notEqual, strictEqual, notStrictEqual, deepEqual, notDeepEqual },
  ...{
    deepStrictEqual,
    notDeepStrictEqual,
    match,
    doesNotMatch,
    throws,
    rejects,
    doesNotThrow,
    doesNotReject,
    ifError,
  },
};
export const strict = Object.assign((...args: [value?: unknown, message?: Message]) => assert(...args), members, {
  equal: strictEqual,
  notEqual: notStrictEqual,
  deepEqual: deepStrictEqual,
  notDeepEqual: notDeepStrictEqual,
});
Object.assign(strict, { strict });
export default Object.assign(assert, members, { strict });
