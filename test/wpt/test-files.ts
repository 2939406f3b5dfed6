import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { type Area, leftOut } from "./areas.ts";

/** One variant of an `.any.js` file. */
export interface WptTest {
  /** Path in the checkout with its variant: "url/url-constructor.any.js?include=file". */
  readonly id: string;
  readonly path: string;
  /** "" or "?…". */
  readonly variant: string;
  /** Scripts to be evaluated before the file, as paths in the checkout. */
  readonly scripts: readonly string[];
  /** The file asks for six times the usual time. */
  readonly long: boolean;
}

/** All tests of an area in a checkout, by id. */
export function testsOf(checkout: string, area: Area): WptTest[] {
  const files = area.paths.flatMap((path) =>
    readdirSync(`${checkout}/${path}`, { recursive: true, encoding: "utf8" }).map((name) => `${path}/${name}`),
  );
  return files
    .filter((path) => path.endsWith(".any.js") && !leftOut.test(path) && !area.without?.test(path))
    .sort()
    .flatMap((path) => variants(path, readFileSync(`${checkout}/${path}`, "utf8")));
}

function variants(path: string, source: string): WptTest[] {
  const metas = [...source.matchAll(/^\/\/ META: (\w+)=(.*)$/gm)];
  const of = (name: string) => metas.flatMap(([, key, value = ""]) => (key === name ? [value.trim()] : []));
  const globals = of("global").flatMap((list) => list.split(","));
  if (globals.length > 0 && globals.every((name) => name.startsWith("shadowrealm"))) return [];
  const scripts = of("script").map((script) => posix.join(script.startsWith("/") ? "." : posix.dirname(path), script));
  const long = of("timeout").includes("long");
  const named = of("variant");
  return (named.length > 0 ? named : [""]).map((variant) => ({ id: path + variant, path, variant, scripts, long }));
}
