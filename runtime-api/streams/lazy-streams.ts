import type * as Streams from "web-streams-polyfill";
import { streamTransferModule } from "../lazy.ts";
import { addTransferable } from "../transferable.ts";

export type * from "web-streams-polyfill";

let loaded: typeof Streams | undefined;

/** The Streams Standard's classes: 60 KB that a function which streams nothing never evaluates. */
export function streams(): typeof Streams {
  if (loaded) return loaded;
  loaded = require("./polyfill.ts") as typeof Streams;
  addTransferable((value) => streamTransferModule().takingOfStream(value));
  return loaded;
}
