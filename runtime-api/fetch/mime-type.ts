/** MIME types, as the MIME Sniffing Standard parses and writes them. */
export interface MimeType {
  /** "text/html", in lower case. */
  readonly essence: string;
  /** By their names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const essenceSyntax = /^[\t\n\r ]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+\/[!#$%&'*+\-.^_`|~0-9A-Za-z]+)[\t\n\r ]*(?:;|$)/;
const parameterSyntax = /[\t\n\r ]*([^;=]*)(?:=(?:"((?:[^"\\]|\\[\s\S])*)"?[^;]*|([^;]*)))?(?:;|$)/y;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const quotable = /^[\t\x20-\x7e\x80-\xff]*$/;

export function parseMimeType(text: string): MimeType | undefined {
  const start = essenceSyntax.exec(text);
  if (!start) return undefined;
  const parameters = new Map<string, string>();
  parameterSyntax.lastIndex = start[0].length;
  while (parameterSyntax.lastIndex < text.length) {
    const match = parameterSyntax.exec(text);
    if (!match) break;
    const [, name, quoted, plain] = match;
    const value = quoted === undefined ? plain?.trimEnd() : quoted.replace(/\\([\s\S])/g, "$1");
    const key = name?.toLowerCase() ?? "";
    if (!token.test(key) || parameters.has(key)) continue;
    if (value === undefined || !quotable.test(value) || (value === "" && quoted === undefined)) continue;
    parameters.set(key, value);
  }
  return { essence: (start[1] as string).toLowerCase(), parameters };
}

export function writeMimeType({ essence, parameters }: MimeType): string {
  let text = essence;
  for (const [name, value] of parameters) {
    text += `;${name}=${token.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`}`;
  }
  return text;
}
