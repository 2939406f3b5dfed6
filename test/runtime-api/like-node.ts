import { expect } from "vitest";
import type { Guest } from "./guest.ts";

/** What every snippet may use: names of errors, since their texts are each implementation's own. */
const prelude = `
  const thrown = (f) => { try { f(); return "nothing"; } catch (error) { return error.name; } };
  const rejected = (promise) => promise.then(() => "nothing", (error) => error.name);
`;

/** Runs the body of an async function in the guest, and gives back what it returns. */
export function inside(guest: Guest, code: string): Promise<unknown> {
  return guest.run(prelude + code);
}

/** Runs it in the guest and in Node, whose web APIs are tested elsewhere, and expects the same. */
export async function expectLikeNode(guest: Guest, code: string): Promise<void> {
  const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new (
    body: string,
  ) => () => Promise<unknown>;
  const expected = await new AsyncFunction(prelude + code)();
  const text = JSON.stringify(expected);
  expect(await inside(guest, code), code).toEqual(text === undefined ? undefined : JSON.parse(text));
}
