/** Of each module of runtime-api, by path: what it imports, and what it asks for by require() when it is touched. */
export type ModuleGraph = ReadonlyMap<
  string,
  { readonly imports: readonly string[]; readonly lazily: readonly string[] }
>;

export const coreUnit = "core";

/**
 * Which script each module goes into. The core has what every isolate runs, and `hot`, what most functions touch. Of
 * the others, those that the same lazily required modules need go together: nothing is there twice, and nobody loads
 * what he does not need.
 */
export function unitsOf(graph: ModuleGraph, entry: string, hot: readonly string[]): ReadonlyMap<string, string> {
  const core = new Set<string>();
  for (const module of [entry, ...hot]) collect(graph, module, core);
  const lazy = new Set([...graph.values()].flatMap(({ lazily }) => lazily).filter((module) => !core.has(module)));
  const needing = new Map<string, string[]>();
  for (const module of [...lazy].sort()) {
    for (const needed of collect(graph, module, new Set(core))) {
      if (!core.has(needed)) needing.set(needed, [...(needing.get(needed) ?? []), module]);
    }
  }
  const units = new Map<string, string>([...core].map((module) => [module, coreUnit]));
  for (const [module, needers] of needing) units.set(module, needers.map(shortName).join("+"));
  return units;
}

/** Adds a module and all that it imports, directly or not, to `into`. */
export function collect(graph: ModuleGraph, module: string, into: Set<string>): Set<string> {
  if (into.has(module)) return into;
  into.add(module);
  for (const imported of graph.get(module)?.imports ?? []) collect(graph, imported, into);
  return into;
}

function shortName(path: string): string {
  return path.replace(/^(?:runtime-api|node_modules)\//, "").replace(/\.m?[jt]s$/, "");
}
