import type * as Streams from "web-streams-polyfill";
import { streamTransferModule } from "../lazy.ts";
import { addTransferable } from "../transferable.ts";

export type * from "web-streams-polyfill";

let loaded: typeof Streams | undefined;

const { getPrototypeOf, setPrototypeOf } = Object;
const asyncGenerator = async function* (): AsyncGenerator<undefined> {
  yield undefined;
};
/** What all async iterators of the language inherit from. */
const asyncIterators = getPrototypeOf(getPrototypeOf(asyncGenerator.prototype)) as object;

/** The Streams Standard's classes: 60 KB that a function which streams nothing never evaluates. */
export function streams(): typeof Streams {
  if (loaded) return loaded;
  loaded = require("./polyfill.ts") as typeof Streams;
  // The polyfill's own prototype inherits from Object.prototype.
  setPrototypeOf(getPrototypeOf(new loaded.ReadableStream().values()) as object, asyncIterators);
  addTransferable((value) => streamTransferModule().takingOfStream(value));
  return loaded;
}
