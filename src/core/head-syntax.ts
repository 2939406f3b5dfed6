/**
 * What may stand in the heads that functions write: of their answers and of their own requests. The
 * runtime inside the isolate checks the same, but a function can get in its way. So a pool process
 * checks it again before it sends anything, and a front takes whatever breaks these rules for forged.
 */

/** Characters that a head may have in all: far more than HTTP peers take. */
export const longestHead = 256 * 1024;

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const reasonPhrase = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Names and values in turn, joined by '\n'. */
const fields =
  /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+\n[^\0\r\n\u0100-\uffff]*(?:\n[!#$%&'*+\-.^_`|~0-9A-Za-z]+\n[^\0\r\n\u0100-\uffff]*)*)?$/;
/** They make tunnels or show a request's own fields: the Fetch Standard forbids them. */
const forbiddenMethods = new Set(["CONNECT", "TRACE", "TRACK"]);

export function isReasonPhrase(text: string): boolean {
  return reasonPhrase.test(text);
}

export function areFields(flat: string): boolean {
  return fields.test(flat);
}

export function isMethod(text: string): boolean {
  return token.test(text) && !forbiddenMethods.has(text.toUpperCase());
}
