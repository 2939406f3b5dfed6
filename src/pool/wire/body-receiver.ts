import { Readable } from "node:stream";
import { windowBytes } from "./frames.ts";
import { BodySource } from "./source.ts";
import type { FrameWriter } from "./writer.ts";

/** A body from the other process as a Node stream: asks for more as its reader takes it. */
export class BodyReceiver extends Readable {
  readonly source: BodySource;

  constructor(writer: FrameWriter, id: number) {
    super({ highWaterMark: windowBytes / 4 });
    this.source = new BodySource(writer, id, (piece) => {
      if (piece.kind === "chunk") this.push(piece.bytes);
      else if (piece.kind === "end") this.push(null);
      else this.destroy(new Error(piece.message));
    });
  }

  override _read(): void {
    this.source.pull();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.source.stop();
    callback(error);
  }
}
