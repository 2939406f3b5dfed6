/**
 * Turns whatever a tenant's code threw into text. Runs tenant code when an error has getters or
 * Error.prepareStackTrace is set, and so only inside an entry that the host has put a limit on.
 */

const { isError } = Error;
const { slice } = String.prototype;
const { toString: describeObject } = Object.prototype;
const { apply } = Reflect;
const toText = String;

/** Characters of a message or stack that are kept. */
const longestMessage = 4_000;
const longestStack = 16_000;

export interface ErrorText {
  /** "TypeError: x is not a function" */
  readonly message: string;
  /** As V8 gives it, the message in its first line; empty for what is not an Error. */
  readonly stack: string;
}

/** Never throws. */
export function describeError(thrown: unknown): ErrorText {
  try {
    if (typeof thrown === "string") return { message: cut(thrown, longestMessage), stack: "" };
    if (isError(thrown)) return describeRealError(thrown);
    if (typeof thrown === "object" || typeof thrown === "function") {
      return { message: `${apply(describeObject, thrown, []) as string} was thrown`, stack: "" };
    }
    return { message: toText(thrown), stack: "" };
  } catch {
    // A getter or a proxy trap of the tenant's threw; there is nothing to learn from that.
    return { message: "an error that cannot be described", stack: "" };
  }
}

function describeRealError(error: Error): ErrorText {
  const { name, message, stack } = error as { name: unknown; message: unknown; stack: unknown };
  const nameText = typeof name === "string" ? name : "Error";
  const messageText = typeof message === "string" ? message : "";
  return {
    message: cut(messageText === "" ? nameText : `${nameText}: ${messageText}`, longestMessage),
    stack: typeof stack === "string" ? cut(stack, longestStack) : "",
  };
}

function cut(text: string, length: number): string {
  return text.length > length ? `${apply(slice, text, [0, length]) as string}…` : text;
}
