import { IsletError, type SourcePlace } from "../core/errors.ts";

/** An upload that no isolate can run, but a container perhaps. */
export class NeedsContainer extends IsletError {
  /** Half a sentence: "index.js imports …, which isolates do not have". */
  readonly why: string;

  constructor(why: string, place: SourcePlace) {
    super("module_not_found", `${why}; with tier auto or container the function would run in a container.`, { place });
    this.why = why;
  }
}
