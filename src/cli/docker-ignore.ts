import { matchesGlob } from "node:path";

interface Rule {
  readonly pattern: string;
  readonly isException: boolean;
}

/** What a .dockerignore leaves out of a build's context: the last of its lines that fits says it. */
export function dockerIgnore(text: string): (path: string) => boolean {
  const rules = text.split(/\r?\n/).flatMap((line): Rule[] => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return [];
    const isException = trimmed.startsWith("!");
    const pattern = trimmed.slice(isException ? 1 : 0).trim();
    return [{ isException, pattern: pattern.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "") }];
  });
  return (path) => {
    // A pattern that fits a folder fits all that is in it.
    const parts = path.split("/");
    const paths = parts.map((_, i) => parts.slice(0, i + 1).join("/"));
    const last = rules.findLast(({ pattern }) => paths.some((one) => matchesGlob(one, pattern)));
    return last !== undefined && !last.isException;
  };
}
