/** Where character `index` of `source` is, as V8 counts lines and columns; both from 1. */
export function positionOf(source: string, index: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (const { 0: lineBreak, index: at } of source.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) {
    if (at + lineBreak.length > index) break;
    line++;
    lineStart = at + lineBreak.length;
  }
  return { line, column: index - lineStart + 1 };
}
