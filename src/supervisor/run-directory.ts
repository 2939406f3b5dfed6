import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StartError } from "../core/start-error.ts";

/** Bytes that the path of a unix socket may have on Linux, without its terminating zero. */
const longestSocketPath = 107;

/**
 * A private directory (mode 0700) for the unix sockets of one run, each in a room of its own; gone
 * when the run is over.
 */
export class RunDirectory {
  readonly path: string;
  readonly #owned = new Set<string>();

  /** @throws StartError when the system's temporary directory has too long a path for sockets. */
  constructor(parent: string = tmpdir()) {
    this.path = mkdtempSync(join(parent, "islet-"));
    if (Buffer.byteLength(this.socketPath("pool-999999")) > longestSocketPath) {
      this.remove();
      throw new StartError(`the path of ${parent} is too long for unix sockets; set TMPDIR to a shorter one`);
    }
  }

  /** Makes the directory that one process opens its socket in; of another user, if one is given. */
  makeRoom(id: string, uid: number | null = null): string {
    const room = join(this.path, id);
    mkdirSync(room, { mode: 0o700 });
    if (uid !== null) {
      chownSync(room, uid, uid);
      this.#owned.add(id);
    }
    return room;
  }

  /** The socket is open: from now on another user writes nothing there. The fronts, root as we are, still connect. */
  closeRoom(id: string): void {
    if (this.#owned.delete(id)) chownSync(join(this.path, id), 0, 0);
  }

  removeRoom(id: string): void {
    this.#owned.delete(id);
    rmSync(join(this.path, id), { recursive: true, force: true });
  }

  socketPath(id: string): string {
    return join(this.path, id, "s");
  }

  /** Lets other users pass to the rooms that are theirs. */
  letThrough(): void {
    chmodSync(this.path, 0o711);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
