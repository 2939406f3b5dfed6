import { dash, endsName, exclamation, greater, hasText, less, slash } from "./bytes.ts";

const name = "script";
/** Of "</script" and what comes after it. */
const longest = name.length + 3;

/** Finds the end of a script, in which the markup of comments hides other scripts (HTML Standard, 13.2.5.15 to 31). */
export class ScriptScan {
  /** Plain, after "<!--", and after "<!--" and "<script". */
  #state: "plain" | "escaped" | "doubly" = "plain";
  /** One after another, just before. */
  #dashes = 0;

  reset(): void {
    this.#state = "plain";
    this.#dashes = 0;
  }

  /** Where its end tag begins, or what may be one when more has come, or else the end of the bytes. Goes on from there. */
  find(bytes: Uint8Array, from: number): number {
    const { length } = bytes;
    let at = from;
    while (at < length) {
      if (this.#state === "plain") {
        at = bytes.indexOf(less, at);
        if (at < 0) return length;
      }
      const byte = bytes[at] as number;
      if (byte === less) {
        if (at + longest > length && couldGoOn(bytes, at)) return at;
        if (this.#isTag(bytes, at, `</${name}`)) {
          if (this.#state !== "doubly") return at;
          this.#state = "escaped";
        } else if (this.#state === "escaped" && this.#isTag(bytes, at, `<${name}`)) this.#state = "doubly";
        else if (this.#state === "plain" && bytes[at + 1] === exclamation && hasText(bytes, at, "<!--")) {
          this.#state = "escaped";
          this.#dashes = 2;
          at += 4;
          continue;
        }
      } else if (byte === greater && this.#dashes >= 2) this.#state = "plain";
      this.#dashes = byte === dash ? this.#dashes + 1 : 0;
      at++;
    }
    return length;
  }

  #isTag(bytes: Uint8Array, at: number, start: string): boolean {
    return hasText(bytes, at, start) && endsName(bytes[at + start.length] as number);
  }
}

/** Whether what there is after a "<" is the beginning of something that matters. */
function couldGoOn(bytes: Uint8Array, at: number): boolean {
  const known = bytes.subarray(at);
  const second = known[1];
  if (second === undefined) return true;
  const text = second === slash ? `</${name}` : second === exclamation ? "<!--" : `<${name}`;
  return hasText(known, 0, text.slice(0, known.length)) && known.length <= text.length;
}
