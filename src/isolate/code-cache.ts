import type ivm from "isolated-vm";

type CodeCache = ivm.ExternalCopy<ArrayBuffer>;

/** Source of Islet's own that isolates compile again and again, with what V8 left when one did so first. */
export interface CachedSource {
  readonly source: string;
  cache: CodeCache | undefined;
}

/** For a module. Its cache has the functions that run as it is evaluated; of the others, that they need not be looked through again. */
export function compileOptions(filename: string, { cache }: CachedSource): ivm.CompileModuleOptions {
  return cache ? { filename, cachedData: cache } : { filename, produceCachedData: true };
}

export function keepCodeCache(source: CachedSource, compiled: ivm.Module): void {
  source.cache ??= cachedDataOf(compiled);
}

/** What compiling with produceCachedData adds, which the typings leave out. */
export function cachedDataOf(compiled: (ivm.Script | ivm.Module) & { cachedData?: CodeCache }): CodeCache {
  if (!compiled.cachedData) throw new Error("V8 gave no code cache");
  return compiled.cachedData;
}
