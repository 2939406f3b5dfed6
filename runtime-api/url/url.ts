import { host } from "../host.ts";
import { objectUrlModule } from "../lazy.ts";
import { defineInterface, requireArguments, toUsvString } from "../webidl.ts";
import { resetSearchParams, searchParamsOf, type URLSearchParams } from "./search-params.ts";

/** Where each component is in the host's answer. */
const parts = {
  origin: 1,
  protocol: 2,
  username: 3,
  password: 4,
  host: 5,
  hostname: 6,
  port: 7,
  pathname: 8,
  search: 9,
  hash: 10,
} as const;

type Component = keyof typeof parts;

function parse(url: unknown, base: unknown): string | undefined {
  return host.parseUrl(toUsvString(url), base === undefined ? undefined : toUsvString(base));
}

export class URL {
  /** The host's answer, and the same split at its line breaks once somebody asks for a part. */
  #joined: string;
  #split: readonly string[] | undefined;
  #searchParams: URLSearchParams | undefined;

  constructor(url: unknown, base?: unknown) {
    requireArguments(arguments.length, 1, "URL");
    const joined = parse(url, base);
    if (joined === undefined) throw new TypeError(`Invalid URL: ${toUsvString(url)}`);
    this.#joined = joined;
  }

  static canParse(url: unknown, base?: unknown): boolean {
    requireArguments(arguments.length, 1, "URL.canParse");
    return parse(url, base) !== undefined;
  }

  static parse(url: unknown, base?: unknown): URL | null {
    requireArguments(arguments.length, 1, "URL.parse");
    const text = toUsvString(url);
    const baseText = base === undefined ? undefined : toUsvString(base);
    return parse(text, baseText) === undefined ? null : new URL(text, baseText);
  }

  /** Throws a TypeError for what is no Blob, and a QuotaExceededError when too many are not revoked yet. */
  static createObjectURL(blob: unknown): string {
    requireArguments(arguments.length, 1, "URL.createObjectURL");
    return objectUrlModule().createObjectUrl(blob);
  }

  static revokeObjectURL(url: unknown): void {
    requireArguments(arguments.length, 1, "URL.revokeObjectURL");
    objectUrlModule().revokeObjectUrl(toUsvString(url));
  }

  get href(): string {
    return this.#joined.slice(0, this.#joined.indexOf("\n"));
  }

  set href(value: unknown) {
    const text = toUsvString(value);
    const joined = host.parseUrl(text, undefined);
    if (joined === undefined) throw new TypeError(`Invalid URL: ${text}`);
    this.#replace(joined);
  }

  get origin(): string {
    return this.#get("origin");
  }

  get protocol(): string {
    return this.#get("protocol");
  }

  set protocol(value: unknown) {
    this.#set("protocol", value);
  }

  get username(): string {
    return this.#get("username");
  }

  set username(value: unknown) {
    this.#set("username", value);
  }

  get password(): string {
    return this.#get("password");
  }

  set password(value: unknown) {
    this.#set("password", value);
  }

  get host(): string {
    return this.#get("host");
  }

  set host(value: unknown) {
    this.#set("host", value);
  }

  get hostname(): string {
    return this.#get("hostname");
  }

  set hostname(value: unknown) {
    this.#set("hostname", value);
  }

  get port(): string {
    return this.#get("port");
  }

  set port(value: unknown) {
    this.#set("port", value);
  }

  get pathname(): string {
    return this.#get("pathname");
  }

  set pathname(value: unknown) {
    this.#set("pathname", value);
  }

  get search(): string {
    return this.#get("search");
  }

  set search(value: unknown) {
    this.#set("search", value);
  }

  get searchParams(): URLSearchParams {
    this.#searchParams ??= searchParamsOf(this.#get("search"), (query) => {
      this.#joined = host.setUrl(this.href, "search", query);
      this.#split = undefined;
    });
    return this.#searchParams;
  }

  get hash(): string {
    return this.#get("hash");
  }

  set hash(value: unknown) {
    this.#set("hash", value);
  }

  toString(): string {
    return this.href;
  }

  toJSON(): string {
    return this.href;
  }

  #get(component: Component): string {
    this.#split ??= this.#joined.split("\n");
    return this.#split[parts[component]] ?? "";
  }

  #set(component: Component, value: unknown): void {
    this.#replace(host.setUrl(this.href, component, toUsvString(value)));
  }

  #replace(joined: string): void {
    this.#joined = joined;
    this.#split = undefined;
    if (this.#searchParams) resetSearchParams(this.#searchParams, this.#get("search"));
  }
}

defineInterface(URL, "URL", [
  "href",
  "origin",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "searchParams",
  "hash",
]);
