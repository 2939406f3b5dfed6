import { readFileSync } from "node:fs";
import { substituted } from "./origin/substitution.ts";
import type { WptTest } from "./test-files.ts";

const statuses = ["pass", "fail", "timed out", "not run", "precondition failed"] as const;

/** What became of one subtest. */
export interface Subtest {
  readonly name: string;
  readonly status: (typeof statuses)[number];
  readonly message?: string;
}

export interface TestReport {
  readonly subtests: readonly Subtest[];
  /** Why the file did not come to its end. */
  readonly error?: string;
}

/** How long a file may take, in milliseconds: a third of what browsers are given. */
export function timeoutMs({ long }: WptTest): number {
  return long ? 20_000 : 5_000;
}

/**
 * A module worker that runs a test when it is asked, and answers with its report as JSON. The test's scripts are
 * classic ones and are evaluated as one: what one of them declares with const, another sees. There is neither a
 * document nor a worker's global scope, so that testharness.js takes what it runs in for a shell.
 *
 * @param origin of the server of the tests' own files, which relative URLs are resolved against.
 */
export function testModule(checkout: string, test: WptTest, origin: string): string {
  const read = (path: string): string => {
    const text = readFileSync(`${checkout}/${path}`, "utf8");
    return path.includes(".sub.") ? substituted(text, new URL(origin)) : text;
  };
  const base = `${origin}/${test.path.replace(/\.any\.js$/, ".any.worker.html")}${test.variant}`;
  const given = {
    base,
    statuses,
    timeoutMs: timeoutMs(test),
    harness: read("resources/testharness.js"),
    // The semicolon keeps one script's "use strict" from holding for all. Errors say that they come from the test's address.
    scripts: `${test.scripts.length === 0 ? read(test.path) : [";", ...[...test.scripts, test.path].map(read)].join("\n")}\n//# sourceURL=${origin}/${test.path}`,
  };
  return `(${prepareWorld})(${JSON.stringify(base)});\nexport default { fetch: (${answerWith})(${JSON.stringify(given)}) };\n`;
}

interface Given {
  readonly base: string;
  readonly statuses: readonly string[];
  readonly timeoutMs: number;
  readonly harness: string;
  readonly scripts: string;
}

interface Harness {
  add_completion_callback(done: (tests: HarnessTest[], status: { status: number; message?: unknown }) => void): void;
  timeout(): void;
}

interface HarnessTest {
  readonly name: string;
  readonly status: number;
  readonly message?: unknown;
}

/*
 * The two functions below are sent as source: they run in the guest and see nothing of this file.
 */

/** What tests take for granted of a worker that was loaded from a page: an address, and URLs relative to it. */
function prepareWorld(base: string): void {
  const define = (name: string, value: unknown) =>
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  const absolute = (input: unknown) => {
    // Anything but a Request is made a string of.
    if (typeof input !== "string" && typeof input !== "function") return input;
    try {
      return new URL(String(input), base).href;
    } catch {
      return input;
    }
  };
  const { href, origin, protocol, host, hostname, port, pathname, search, hash } = new URL(base);
  define("location", { href, origin, protocol, host, hostname, port, pathname, search, hash, toString: () => href });
  define("GLOBAL", { isWindow: () => false, isWorker: () => true, isShadowRealm: () => false });
  if (!("self" in globalThis)) define("self", globalThis);
  const { fetch, Response } = globalThis;
  const relativeFetch = function fetch_(...args: Parameters<typeof fetch>) {
    if (args.length > 0) args[0] = absolute(args[0]) as string;
    return fetch(...args);
  };
  define("fetch", Object.defineProperty(relativeFetch, "name", { value: "fetch" }));
  for (const name of ["Request", "EventSource"] as const) {
    const absoluteOnly: (new (...args: never[]) => object) | undefined = globalThis[name];
    if (!absoluteOnly) continue;
    const relative = new Proxy(absoluteOnly, {
      construct: (target, args, newTarget) =>
        Reflect.construct(target, args.length === 0 ? args : [absolute(args[0]), ...args.slice(1)], newTarget),
    });
    absoluteOnly.prototype.constructor = relative;
    define(name, relative);
  }
  const redirect = Response.redirect;
  Response.redirect = {
    redirect: (url: string, status?: 302) => redirect(absolute(url) as string, status),
  }.redirect;
}

/** The handler: evaluates the test and answers when the harness has finished, or the time is up. */
function answerWith(given: Given) {
  // The tests may replace any of these.
  const { Promise: KeptPromise, Response: KeptResponse, setTimeout: later, eval: indirectEval } = globalThis;
  const { stringify } = JSON;
  const text = String;
  return (_request: Request, env?: { UNSAFE?: { eval(source: string): unknown } }): Promise<Response> => {
    const evaluate = (source: string) => (env?.UNSAFE ? env.UNSAFE.eval(source) : indirectEval(source));
    return new KeptPromise((resolve) => {
      const answer = (report: unknown) => resolve(new KeptResponse(stringify(report)));
      const harness = globalThis as unknown as Harness;
      let threw: string | undefined;
      evaluate(given.harness);
      harness.add_completion_callback((tests, { status, message }) => {
        const subtests = tests.map((test) => {
          const named = { name: test.name, status: given.statuses[test.status] };
          return test.message ? { ...named, message: text(test.message) } : named;
        });
        const error = threw ?? (status === 0 ? undefined : text(message ?? "timed out"));
        answer(error === undefined ? { subtests } : { subtests, error });
      });
      later(() => harness.timeout(), given.timeoutMs);
      try {
        evaluate(given.scripts);
      } catch (error) {
        threw = text((error as Error | undefined)?.stack ?? error);
        harness.timeout();
      }
    });
  };
}
