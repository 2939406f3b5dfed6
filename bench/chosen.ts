/** Those of `all` that are named; all when none is. Ends the process when there is none of a name. */
export function chosen<T extends { readonly name: string }>(
  kind: string,
  all: readonly T[],
  names: readonly string[],
): readonly T[] {
  for (const name of names) {
    if (all.some((item) => item.name === name)) continue;
    console.error(`There is no ${kind} ${name}; there are ${all.map((item) => item.name).join(", ")}`);
    process.exit(2);
  }
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}
