import type { FromFront, FromPool, ToFront, ToPool, Verdict } from "../core/messages.ts";
import { Child, type ChildOptions, type NewsListener } from "./child.ts";
import { GuestWatch } from "./guest-watch.ts";
import type { RunDirectory } from "./run-directory.ts";
import { poolGraceMs } from "./spin-watch.ts";

export class FrontChild extends Child<ToFront, FromFront> {
  /** Null for one that runs no guest code. */
  readonly guests: GuestWatch | null;

  /** @param stall when it is given up, or what watches over the guest code in it. */
  constructor(
    options: Omit<ChildOptions, "extraFd" | "stalled" | "entries"> & NewsListener<FromFront>,
    stall: ChildOptions["stalled"] | GuestWatch,
  ) {
    const guests = stall instanceof GuestWatch ? stall : null;
    super({
      ...options,
      ...(guests && { extraFd: guests.fd, entries: () => guests.entries() }),
      stalled: typeof stall === "function" ? stall : (unansweredMs, pid) => stall.stalled(unansweredMs, pid),
    });
    this.guests = guests;
    // The first to hear of the death, so that whoever hears it later finds the verdict.
    void this.dead.then((death) => guests?.ended(death, false));
  }
}

/** A pool process, with its socket and the note that it leaves about the version it runs. */
export class PoolChild extends Child<ToPool, FromPool> {
  readonly socketPath: string;
  readonly guests: GuestWatch;
  /** A bundle is being evaluated in it. */
  checking = false;

  /** @param silenceMs how long it may leave beats unanswered, beside what an entry may take. */
  constructor(
    options: Omit<ChildOptions, "extraFd" | "stalled" | "entries"> & NewsListener<FromPool>,
    silenceMs: number,
    directory: RunDirectory,
  ) {
    const guests = new GuestWatch(options.id, directory, { silenceMs, graceMs: poolGraceMs });
    super({
      ...{ ...options, extraFd: guests.fd, entries: () => guests.entries() },
      stalled: (unansweredMs, pid) => guests.stalled(unansweredMs, pid),
    });
    this.guests = guests;
    this.socketPath = directory.socketPath(options.id);
    // As above. A version that is only being checked has nobody's requests, and none is told of it.
    void this.dead.then((death) => guests.ended(death, this.checking));
  }

  /** Who is to blame for its death. */
  get verdict(): Verdict {
    return this.guests.verdict;
  }
}
