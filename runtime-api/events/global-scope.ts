import { connectFetchListeners } from "../fetch-listeners.ts";
import { onReport } from "../report.ts";
import { ErrorEvent, type ErrorEventInit, isErrorEvent } from "./event-kinds.ts";
import {
  callHandler,
  dispatchTrusted,
  EventTarget,
  getHandler,
  globalTarget,
  hasListener,
  setHandler,
} from "./event-target.ts";

/**
 * The global scope as an EventTarget. Its listeners belong to the isolate: they hear of errors that
 * nobody caught in any of its requests.
 */

const { apply } = Reflect;
const { isError } = Error;
const { captureStackTrace } = Error as unknown as { captureStackTrace(target: object, below: unknown): void };
const { exec } = RegExp.prototype;
const toText = String;

export const { addEventListener, removeEventListener, dispatchEvent } = EventTarget.prototype;

export function getOn(type: string): unknown {
  return getHandler(globalTarget, type);
}

export function setOn(type: string, value: unknown): void {
  setHandler(globalTarget, type, value, type === "error" ? callOnError : callHandler);
}

/** onerror hears the parts of an ErrorEvent, and cancels it with true. */
function callOnError(...[handler, self, event]: Parameters<typeof callHandler>): void {
  if (!isErrorEvent(event)) {
    callHandler(handler, self, event);
    return;
  }
  const { message, filename, lineno, colno, error } = event;
  if ((apply(handler, self, [message, filename, lineno, colno, error]) as unknown) === true) event.preventDefault();
}

connectFetchListeners({
  areThere: () => hasListener(globalTarget, "fetch"),
  dispatch: (invocation) =>
    (require("./fetch-event.ts") as typeof import("./fetch-event.ts")).dispatchFetch(invocation),
});

let isTelling = false;

onReport((error, reporter) => {
  // What a listener throws is not told to it again.
  if (isTelling) return false;
  isTelling = true;
  try {
    const event = new ErrorEvent("error", describe(error, reporter));
    dispatchTrusted(globalTarget, event);
    return event.defaultPrevented;
  } finally {
    isTelling = false;
  }
});

/** The first place in a stack: "(file:///main.js:3:14)" or "at file:///main.js:3:14". */
const place = /(?:\(|at )([^()\n]+):(\d+):(\d+)\)?$/m;

/** Asks nothing of an object that is no Error: it is at the place where it was reported. */
function describe(error: unknown, reporter: unknown): ErrorEventInit {
  let message = "Uncaught exception";
  const at: { stack?: unknown } = {};
  if (isError(error)) {
    at.stack = error.stack;
    message = `Uncaught ${toText(error.name)}: ${toText(error.message)}`;
  } else {
    captureStackTrace(at, reporter);
    if (error === null || (typeof error !== "object" && typeof error !== "function")) {
      message = `Uncaught ${toText(error)}`;
    }
  }
  const found = apply(exec, place, [toText(at.stack)]) as RegExpExecArray | null;
  return {
    cancelable: true,
    message,
    filename: found?.[1] ?? "",
    lineno: Number(found?.[2] ?? 0),
    colno: Number(found?.[3] ?? 0),
    error,
  };
}
