/** What RFC 9110 and the Fetch Standard allow in the lines of a request and a response. */

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const outerWhiteSpace = /^[\t\n\r ]+|[\t\n\r ]+$/g;
const notInValue = /[\0\n\r]|[^\0-\xff]/;
const reasonPhrase = /^[\t\x20-\x7e\x80-\xff]*$/;

export function isToken(text: string): boolean {
  return token.test(text);
}

export function isReasonPhrase(text: string): boolean {
  return reasonPhrase.test(text);
}

/** The name in lower case. Throws a TypeError when it is not a header's name. */
export function headerName(name: string): string {
  if (!token.test(name)) throw new TypeError(`Headers: invalid header name ${JSON.stringify(name)}`);
  return name.toLowerCase();
}

/** The value without white space around it. Throws a TypeError when it is not a header's value. */
export function headerValue(name: string, value: string): string {
  const trimmed = value.replace(outerWhiteSpace, "");
  if (notInValue.test(trimmed)) throw new TypeError(`Headers: invalid value of header ${JSON.stringify(name)}`);
  return trimmed;
}
