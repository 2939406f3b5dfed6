const digits = 4;

/** Identifiers of six characters that occur nowhere in `source`, not even inside a longer word or written with escapes. */
export function unusedNames(source: string): Generator<string, never> {
  const text = source.includes("\\u") ? source + unescaped(source) : source;
  // One pass over the source whatever is in it: trying name after name would be slow on hostile uploads.
  const taken = new Set(Array.from(text.matchAll(/(?=\$\$([0-9a-z]{4}))/g), (match) => match[1]));
  return freeNames(taken);
}

function* freeNames(taken: ReadonlySet<string | undefined>): Generator<string, never> {
  for (let count = 0; count < 36 ** digits; count++) {
    const word = count.toString(36).padStart(digits, "0");
    if (!taken.has(word)) yield `$$${word}`;
  }
  throw new Error("no identifier of six characters is free");
}

function unescaped(source: string): string {
  return source.replaceAll(
    /\\u(?:\{0*([0-9a-f]{1,6})\}|([0-9a-f]{4}))/gi,
    (written, braced?: string, plain?: string) => {
      const code = Number.parseInt(braced ?? plain ?? "", 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : written;
    },
  );
}
