import type * as Streams from "web-streams-polyfill";

export type * from "web-streams-polyfill";

let loaded: typeof Streams | undefined;

/** The Streams Standard's classes: 60 KB that a function which streams nothing never evaluates. */
export function streams(): typeof Streams {
  loaded ??= require("web-streams-polyfill") as typeof Streams;
  return loaded;
}
