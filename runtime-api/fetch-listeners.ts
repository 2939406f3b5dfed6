import type { Invocation } from "./execution-context.ts";

/** The global scope's listeners for `fetch` events, of functions that are written like service workers. */
export interface FetchListeners {
  areThere(): boolean;
  /** What one of them gave to respondWith(); undefined when none did. Throws nothing of theirs. */
  dispatch(invocation: Invocation): { readonly response: unknown } | undefined;
}

let listeners: FetchListeners | undefined;

/** By the global scope, which is evaluated when a function first touches it. */
export function connectFetchListeners(connected: FetchListeners): void {
  listeners = connected;
}

/** Undefined when there are none. */
export function fetchListeners(): FetchListeners | undefined {
  return listeners?.areThere() ? listeners : undefined;
}
