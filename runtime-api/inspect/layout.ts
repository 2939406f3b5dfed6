/** A list of items is put on one line up to this many characters. */
const lineLength = 72;

const closing = { "{": "}", "[": "]" };
const identifier = /^[A-Za-z_$][\w$]*$/;

/** "Title { a, b }", on one line or one item a line. */
export function layOut(title: string, open: "{" | "[", items: readonly string[]): string {
  const close = closing[open];
  const before = title ? `${title} ` : "";
  if (items.length === 0) return `${before}${open}${close}`;
  const length = items.reduce((sum, item) => sum + item.length + 2, before.length);
  if (length <= lineLength && !items.some((item) => item.includes("\n"))) {
    return `${before}${open} ${items.join(", ")} ${close}`;
  }
  const lines = open === "[" ? fillLines(items) : items;
  return `${before}${open}\n${lines.map((line) => `  ${line.replaceAll("\n", "\n  ")}`).join(",\n")}\n${close}`;
}

/** Many short items of an array share lines. */
function fillLines(items: readonly string[]): readonly string[] {
  if (items.length <= 6 || items.some((item) => item.length > 16 || item.includes("\n"))) return items;
  const lines: string[] = [];
  let line = "";
  for (const item of items) {
    if (line && line.length + item.length + 2 > lineLength) {
      lines.push(line);
      line = "";
    }
    line = line ? `${line}, ${item}` : item;
  }
  lines.push(line);
  return lines;
}

/** In single quotes, or in others when that spares escapes. */
export function quote(text: string): string {
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes("`") ? "`" : "'";
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  return `${mark}${mark === "'" ? escaped.replaceAll("'", "\\'") : escaped}${mark}`;
}

export function showKey(key: string | symbol): string {
  if (typeof key === "symbol") return `[${String(key)}]`;
  return identifier.test(key) ? key : quote(key);
}
