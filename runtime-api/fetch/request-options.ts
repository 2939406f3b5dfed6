import { host } from "../host.ts";
import { toDomString, toUsvString } from "../webidl.ts";
import { isToken } from "./header-syntax.ts";

/** What a Request carries besides method, URL, headers, body and signal. Only `redirect` has an effect here. */
export interface RequestOptions {
  readonly cache: string;
  readonly credentials: string;
  readonly integrity: string;
  readonly keepalive: boolean;
  readonly mode: string;
  readonly redirect: "follow" | "manual" | "error";
  readonly referrer: string;
  readonly referrerPolicy: string;
}

export const defaultOptions: RequestOptions = {
  cache: "default",
  credentials: "same-origin",
  integrity: "",
  keepalive: false,
  mode: "cors",
  redirect: "follow",
  referrer: "about:client",
  referrerPolicy: "",
};

const priorities = ["high", "low", "auto"];

const allowed: Readonly<Record<string, readonly string[]>> = {
  cache: ["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"],
  credentials: ["omit", "same-origin", "include"],
  mode: ["cors", "no-cors", "same-origin"],
  redirect: ["follow", "manual", "error"],
  referrerPolicy: [
    "",
    "no-referrer",
    "no-referrer-when-downgrade",
    "same-origin",
    "origin",
    "strict-origin",
    "origin-when-cross-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
  ],
};

/** `base`, with what `init` says instead. Throws a TypeError for values that the standard does not have. */
export function overrideOptions(base: RequestOptions, init: Readonly<Record<string, unknown>>): RequestOptions {
  if (init.window !== undefined && init.window !== null) throw new TypeError("Request: window must be null");
  if (init.priority !== undefined) {
    const priority = toDomString(init.priority);
    if (!priorities.includes(priority)) throw noValue(priority, "priority");
  }
  const changed: Record<string, unknown> = {};
  for (const name of Object.keys(defaultOptions)) {
    const value = init[name];
    if (value === undefined) continue;
    if (name === "keepalive") {
      changed[name] = Boolean(value);
      continue;
    }
    if (name === "referrer") {
      changed[name] = toReferrer(toUsvString(value));
      continue;
    }
    const text = toDomString(value);
    const values = allowed[name];
    if (values && !values.includes(text)) throw noValue(text, name);
    changed[name] = text;
  }
  const options = { ...base, ...changed };
  if (options.cache === "only-if-cached" && options.mode !== "same-origin") {
    throw new TypeError('Request: cache "only-if-cached" goes with mode "same-origin" only');
  }
  return options;
}

function noValue(text: string, name: string): TypeError {
  return new TypeError(`Request: ${JSON.stringify(text)} is no value of ${name}`);
}

/** Throws a TypeError when it is not an absolute URL. */
function toReferrer(text: string): string {
  if (text === "") return "no-referrer";
  const parsed = host.parseUrl(text, undefined);
  if (parsed === undefined) throw new TypeError(`Request: ${JSON.stringify(text)} is not the URL of a referrer`);
  return parsed.slice(0, parsed.indexOf("\n"));
}

const simpleMethods = new Set(["GET", "HEAD", "POST"]);

/** Throws a TypeError for what mode "no-cors" does not allow. */
export function checkMethodForMode(method: string, mode: string): void {
  if (mode === "no-cors" && !simpleMethods.has(method)) {
    throw new TypeError(`Request: mode "no-cors" does not go with method ${method}`);
  }
}

const upperCased = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]);
const forbidden = new Set(["CONNECT", "TRACE", "TRACK"]);

/** Throws a TypeError for what is not a method, and for those that a fetch may not have. */
export function requestMethod(given: unknown): string {
  const method = toDomString(given);
  if (!isToken(method)) throw new TypeError(`Request: ${JSON.stringify(method)} is not a method`);
  const upper = method.toUpperCase();
  if (forbidden.has(upper)) throw new TypeError(`Request: method ${upper} is not allowed`);
  return upperCased.has(upper) ? upper : method;
}
