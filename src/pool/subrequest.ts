import type { Readable } from "node:stream";
import type { Caller, Egress, IncomingResponse } from "../core/egress.ts";
import { decoded, decodersFor } from "./content-encoding.ts";
import { BodyReceiver } from "./wire/body-receiver.ts";
import { BodySender } from "./wire/body-sender.ts";
import { frameType, WireError } from "./wire/frames.ts";
import type { FrameWriter } from "./wire/writer.ts";

/** The raw body of a response together with the fields that describe its coding. */
export interface PassedBody {
  readonly body: Readable;
  /** Names and values in turn: content-encoding and content-length, if they were there. */
  readonly fields: readonly string[];
}

/** "Null body status" of the Fetch Standard. */
const withoutBody = new Set([101, 103, 204, 205, 304]);
const codingFields = new Set(["content-encoding", "content-length"]);

/**
 * One fetch() of a function, done by the front.
 *
 * The function sees the decoded body, and headers that say so. A body that it only passes on
 * stays as it came, and gets its coding's fields back.
 */
export class Subrequest {
  readonly id: number;
  readonly #writer: FrameWriter;
  readonly #abort = new AbortController();
  #upload: BodyReceiver | undefined;
  #response: IncomingResponse | undefined;
  #sender: BodySender | undefined;
  #passed = false;

  constructor(id: number, writer: FrameWriter) {
    this.id = id;
    this.#writer = writer;
  }

  /** The body that the function writes piece by piece. */
  uploadBody(): Readable {
    this.#upload = new BodyReceiver(this.#writer, this.id);
    // Whoever sends it listens, but no longer once the answer is complete.
    this.#upload.on("error", () => undefined);
    return this.#upload;
  }

  /** What the upload comes into. @throws WireError when there is none. */
  received(): BodyReceiver["source"] {
    if (!this.#upload) throw new WireError("a piece of an upload that there is not");
    return this.#upload.source;
  }

  /** Answers without having been sent. */
  refuse(message: string): void {
    this.#upload?.destroy();
    this.#writer.begin(frameType.fetchFailed, this.id).utf8Rest(message).finish();
  }

  async send(
    egress: Egress,
    caller: Caller,
    method: string,
    url: string,
    headers: string,
    redirect: "follow" | "manual" | "error",
    body: Readable | Uint8Array | null,
  ): Promise<void> {
    try {
      const response = await egress.fetch({
        caller,
        method,
        url,
        headers: headers === "" ? [] : headers.split("\n"),
        redirect,
        body,
        signal: this.#abort.signal,
      });
      if (this.#abort.signal.aborted) {
        response.body.destroy();
        return;
      }
      this.#answer(response, method);
      // The upload goes on: an origin may answer while it reads.
    } catch (error) {
      this.#upload?.destroy();
      if (this.#abort.signal.aborted) return;
      this.#writer.begin(frameType.fetchFailed, this.id).utf8Rest(messageOf(error)).finish();
    }
  }

  /** Takes the untouched body to where it is passed on. Undefined when there is none any more. */
  pass(): PassedBody | undefined {
    if (!this.#response || this.#passed || this.#sender) return undefined;
    this.#passed = true;
    const fields = pairs(this.#response.headers)
      .filter(([name]) => codingFields.has(name.toLowerCase()))
      .flat();
    return { body: this.#response.body, fields };
  }

  /** The decoded body, to be sent out with another request. */
  passDecoded(): Readable | undefined {
    const response = this.#response;
    return this.pass() && response ? this.#decodedBody(response) : undefined;
  }

  grant(bytes: number): void {
    const response = this.#response;
    if (!response || this.#passed) return;
    this.#sender ??= new BodySender(this.#writer, this.id, () => this.#decodedBody(response));
    this.#sender.grant(bytes);
  }

  stop(): void {
    this.#sender?.stop();
    if (!this.#passed) this.#response?.body.destroy();
  }

  /** The function does not want it any more, or is over. A body that was passed on goes on, with an upload that came whole. */
  cancel(): void {
    if (!this.#passed) {
      this.#abort.abort();
      this.stop();
    } else if (this.#upload?.source.complete) {
      return;
    }
    this.#upload?.destroy();
  }

  #answer(response: IncomingResponse, method: string): void {
    this.#response = response;
    const hasBody = method !== "HEAD" && !withoutBody.has(response.status);
    const hidden = this.#decoders(response).length > 0;
    const headers = hidden
      ? pairs(response.headers)
          .filter(([name]) => !codingFields.has(name.toLowerCase()))
          .flat()
      : response.headers;
    this.#writer
      .begin(frameType.fetched, this.id)
      .u16(response.status)
      .u8((response.redirected ? 1 : 0) | (hasBody ? 2 : 0))
      .latin1(response.statusText)
      .latin1(headers.join("\n"))
      .utf8(response.url)
      .finish();
  }

  #decoders(response: IncomingResponse): ReturnType<typeof decodersFor> & object {
    const coding = pairs(response.headers).find(([name]) => name.toLowerCase() === "content-encoding")?.[1];
    return decodersFor(coding) ?? [];
  }

  #decodedBody(response: IncomingResponse): Readable {
    return decoded(response.body, this.#decoders(response));
  }
}

function pairs(flat: readonly string[]): [string, string][] {
  const result: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) result.push([flat[i] as string, flat[i + 1] as string]);
  return result;
}

/** Network errors of undici hide their cause one level down. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message || error.name}${cause}`;
}
