import { toDomString } from "../webidl.ts";
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
  const changed: Record<string, unknown> = {};
  for (const name of Object.keys(defaultOptions)) {
    const value = init[name];
    if (value === undefined) continue;
    if (name === "keepalive") {
      changed[name] = Boolean(value);
      continue;
    }
    const text = toDomString(value);
    const values = allowed[name];
    if (values && !values.includes(text))
      throw new TypeError(`Request: ${JSON.stringify(text)} is no value of ${name}`);
    changed[name] = name === "referrer" && text === "" ? "no-referrer" : text;
  }
  const options = { ...base, ...changed };
  if (options.cache === "only-if-cached" && options.mode !== "same-origin") {
    throw new TypeError('Request: cache "only-if-cached" goes with mode "same-origin" only');
  }
  return options;
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
