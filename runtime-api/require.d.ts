/** esbuild's: evaluates a file of this folder when it is first called for, not before. */
declare function require(path: string): unknown;
