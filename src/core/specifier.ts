const conveniences = [".js", ".mjs"];

/**
 * The name of the bundle's module that `specifier` means in module `from`, or null. A relative
 * specifier goes by the importer's folder and may leave out ".js" or ".mjs"; a bare one must be a
 * module's whole name. Used when a bundle is compiled and again when an isolate links it.
 */
export function resolveSpecifier(specifier: string, from: string, has: (name: string) => boolean): string | null {
  if (!specifier.startsWith("./") && !specifier.startsWith("../")) return has(specifier) ? specifier : null;
  const path = joined(from, specifier);
  if (path === null) return null;
  if (has(path)) return path;
  return conveniences.map((extension) => path + extension).find(has) ?? null;
}

/** Null when the path leaves the bundle, or names a folder. */
function joined(from: string, specifier: string): string | null {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.length === 0 || parts.includes("") ? null : parts.join("/");
}
