import fc from "fast-check";
import { expect, test } from "vitest";
import { isReasonPhrase as guestReason, headerName, headerValue } from "../../runtime-api/fetch/header-syntax.ts";
import { areFields, isReasonPhrase } from "../../src/core/head-syntax.ts";

const character = fc.oneof(
  fc.constantFrom("\r", "\n", "\0", " ", "\t", ":", "a", "Z", "\x7f", "\xff", "\u0100"),
  fc.string(),
);
const piece = fc.array(character, { maxLength: 6 }).map((parts) => parts.join(""));

/** A header as a guest would have it, or that it is refused. */
function guestField(name: string, value: string): [string, string] | TypeError {
  try {
    const key = headerName(name);
    return [key, headerValue(key, value)];
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return error as TypeError;
  }
}

test("guests take the headers that Node's own Headers take, with the same values", () => {
  fc.assert(
    fc.property(piece, piece, (name, value) => {
      const ours = guestField(name, value);
      let theirs: [string, string] | TypeError;
      try {
        theirs = [...new Headers([[name, value]])][0] as [string, string];
      } catch (error) {
        theirs = error as TypeError;
      }
      if (ours instanceof TypeError || theirs instanceof TypeError) expect(ours.constructor).toBe(theirs.constructor);
      else expect(ours).toEqual(theirs);
    }),
    { numRuns: 2_000 },
  );
});

test("what guests take can be sent", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(piece, piece)), piece, (pairs, reason) => {
      const fields = pairs.map(([name, value]) => guestField(name, value)).filter((field) => Array.isArray(field));
      expect(areFields(fields.flat().join("\n"))).toBe(true);
      expect(guestReason(reason)).toBe(isReasonPhrase(reason));
    }),
    { numRuns: 1_000 },
  );
});
