import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StartError } from "../core/start-error.ts";

/** Bytes that the path of a unix socket may have on Linux, without its terminating zero. */
const longestSocketPath = 107;

/** A private directory (mode 0700) for the unix sockets of one run; gone when the run is over. */
export class RunDirectory {
  readonly path: string;

  /** @throws StartError when the system's temporary directory has too long a path for sockets. */
  constructor(parent: string = tmpdir()) {
    this.path = mkdtempSync(join(parent, "islet-"));
    if (Buffer.byteLength(this.socketPath("p999999")) > longestSocketPath) {
      this.remove();
      throw new StartError(`the path of ${parent} is too long for unix sockets; set TMPDIR to a shorter one`);
    }
  }

  socketPath(id: string): string {
    return join(this.path, `${id}.sock`);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
