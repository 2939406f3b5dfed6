import type { ClientRequest } from "node:http";
import { Writable } from "node:stream";
import type { Handler } from "./loading.ts";
import { failureType, type ReportedError } from "./reported-error.ts";
import type { RuntimeClient } from "./runtime-client.ts";

const marker = Symbol("streams its answer");
/** Says that a head comes ahead of the body: JSON, and eight zero bytes behind it. */
const integrationType = "application/vnd.awslambda.http-integration-response";
const headEnd = Buffer.alloc(8);

export function isStreaming(handler: Handler): boolean {
  return marker in handler;
}

/** The global `awslambda`, by which a handler says that it streams. */
export const awslambda = {
  streamifyResponse: (handler: Handler): Handler => Object.assign(handler, { [marker]: true }),
  HttpResponseStream: {
    /** @param metadata statusCode, headers and cookies. */
    from(stream: ResponseStream, metadata: unknown): ResponseStream {
      stream.setContentType(integrationType);
      stream.write(Buffer.concat([Buffer.from(JSON.stringify(metadata)), headEnd]));
      return stream;
    },
  },
};

/** An answer as it is written. The runtime API hears of it with the first piece. */
export class ResponseStream extends Writable {
  readonly #open: (contentType: string) => { request: ClientRequest; over: Promise<void> };
  #type = "application/octet-stream";
  #posted: { request: ClientRequest; over: Promise<void> } | undefined;

  constructor(client: RuntimeClient, id: string) {
    super();
    this.#open = (contentType) => client.stream(id, contentType);
  }

  get begun(): boolean {
    return this.#posted !== undefined;
  }

  setContentType(type: string): void {
    this.#type = type;
  }

  /** Says behind what has been sent that it is not whole. */
  async breakOff(error: ReportedError): Promise<void> {
    const body = Buffer.from(JSON.stringify(error)).toString("base64");
    const { request, over } = this.#start();
    request.addTrailers({
      "lambda-runtime-function-error-type": failureType(error),
      "lambda-runtime-function-error-body": body,
    });
    request.end();
    await over;
  }

  override _write(piece: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const { request } = this.#start();
    if (request.write(piece) || request.destroyed) done();
    else request.once("drain", () => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    const { request, over } = this.#start();
    request.end();
    over.then(() => done(), done);
  }

  #start(): { request: ClientRequest; over: Promise<void> } {
    if (this.#posted === undefined) {
      this.#posted = this.#open(this.#type);
      // Where nobody is left to wait for its end.
      this.#posted.over.catch((error: Error) => this.destroy(error));
    }
    return this.#posted;
  }
}
