import { closeSync, openSync, readSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { type Blame, blameBytes, decodeBlame, decodeThreads, threadsAt, threadsBytes } from "../core/blame-mark.ts";

/** The supervisor's end of the record in which a pool process notes the version that it enters. */
export class BlameFile {
  readonly fd: number;

  constructor(directory: string, id: string) {
    const path = join(directory, `${id}.blame`);
    this.fd = openSync(path, "wx+", 0o600);
    // Both processes hold it open; without a name nothing is left behind.
    unlinkSync(path);
  }

  /** The version that was entered last, or null. */
  read(): Blame | null {
    const record = new Uint8Array(blameBytes);
    readSync(this.fd, record, 0, blameBytes, 0);
    return decodeBlame(record);
  }

  /** The versions that were on threads. */
  readThreads(): string[] {
    const record = new Uint8Array(threadsBytes);
    const length = readSync(this.fd, record, 0, threadsBytes, threadsAt);
    return decodeThreads(record.subarray(0, length));
  }

  close(): void {
    closeSync(this.fd);
  }
}
