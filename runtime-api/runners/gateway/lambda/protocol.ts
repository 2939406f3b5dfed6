import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { ControlLine } from "../../link/control-line.ts";
import type { Exchange } from "../../link/front-server.ts";
import { type Failure as OwnFailure, ownPrefix, sendFailure } from "../../link/own-fields.ts";
import { NotReady, type Protocol, type ProtocolParts } from "../protocol.ts";
import { type Answer, answerOf, BadResult } from "./answer.ts";
import { eventOf } from "./event.ts";
import { describe, type Failure } from "./failure.ts";
import { RuntimeInterface } from "./runtime-interface.ts";
import { sendStream } from "./streamed-answer.ts";
import { bytesOf } from "./whole-body.ts";

/** The front ends a request itself when its time is up; only when nobody waits for it any more is it ended here. */
const graceMs = 1_000;
const killed = 137;
/** A front refuses what is longer than the function takes. */
const mostBodyBytes = 64 * 1024 * 1024;

/** The program is a runtime of AWS Lambda: it asks for requests, one at a time. */
export class LambdaProtocol implements Protocol {
  readonly env: Record<string, string> = {};
  readonly mostRequests = 1;
  readonly #control: ControlLine;
  readonly #wallMs: number;
  readonly #interface: RuntimeInterface;
  readonly #initFailure = Promise.withResolvers<never>();

  constructor({ control, description }: ProtocolParts) {
    const { AWS_REGION: region = "us-east-1", AWS_LAMBDA_FUNCTION_NAME: name = "" } = description.env;
    this.#control = control;
    this.#wallMs = description.wallMs;
    // It may fail when nobody waits for it any more.
    this.#initFailure.promise.catch(() => undefined);
    this.#interface = new RuntimeInterface({
      arn: `arn:aws:lambda:${region}:000000000000:function:${name}`,
      onInitFailure: (failure) => this.#initFailure.reject(notReady(failure)),
    });
  }

  async listen(): Promise<void> {
    this.env.AWS_LAMBDA_RUNTIME_API = `127.0.0.1:${await this.#interface.listen()}`;
  }

  ready(): Promise<void> {
    return Promise.race([this.#interface.idle(), this.#initFailure.promise]);
  }

  free(): Promise<void> {
    return this.#interface.idle();
  }

  handle(exchange: Exchange): void {
    this.#invoke(exchange).catch((error: Error) =>
      this.#fail(exchange, `The request cannot be read: ${error.message}`),
    );
  }

  async #invoke(exchange: Exchange): Promise<void> {
    const { requestId, incoming, outgoing, askForBody } = exchange;
    const deadlineMs = Date.now() + this.#wallMs;
    askForBody();
    const body = await bytesOf(incoming, mostBodyBytes);
    const { method = "GET", url = "" } = incoming;
    const headers = clientFields(incoming.rawHeaders);
    const event = eventOf({ method, url, headers, body, requestId, atMs: Date.now() });
    const timer = setTimeout(() => this.#timedOut(requestId), deadlineMs + graceMs - Date.now());
    const over = () => clearTimeout(timer);
    this.#interface.invoke({
      ...{ requestId, payload: JSON.stringify(event), deadlineMs },
      answered: (payload) => {
        over();
        this.#answer(exchange, payload);
      },
      streaming: async (contentType, streamed) => {
        try {
          await sendStream(outgoing, contentType, streamed, () => [`${ownPrefix}lines`, String(this.#control.lines)]);
        } catch (error) {
          this.#fail(exchange, (error as Error).message, error instanceof BadResult ? "bad_answer" : "lambda_error");
          streamed.resume();
          // One that broke off may be closed by now.
          if (!streamed.readableEnded && !streamed.closed) await once(streamed, "close");
        } finally {
          over();
        }
      },
      failed: (failure) => {
        over();
        this.#fail(exchange, describe(failure), "lambda_error");
      },
    });
  }

  #answer(exchange: Exchange, payload: Buffer): void {
    const { outgoing } = exchange;
    if (outgoing.destroyed) return;
    let answer: Answer;
    try {
      answer = answerOf(payload);
    } catch (error) {
      this.#fail(exchange, (error as Error).message, "bad_answer");
      return;
    }
    const { status, headers, body } = answer;
    const bare = status === 204 || status === 304;
    const own = [`${ownPrefix}lines`, String(this.#control.lines)];
    outgoing.writeHead(status, [
      ...headers.filter((_, i) => !headers[i - (i % 2)]?.toLowerCase().startsWith(ownPrefix)),
      ...(bare ? [] : ["content-length", String(body.length)]),
      ...own,
    ]);
    outgoing.end(bare ? undefined : body);
  }

  #fail({ requestId, outgoing }: Exchange, text: string, failure: OwnFailure = "error"): void {
    this.#control.log(requestId, "error", text);
    if (!outgoing.destroyed) sendFailure(outgoing, failure, this.#control.lines);
  }

  /** What the function still does is ended with it, as on Lambda. */
  #timedOut(requestId: string): void {
    const seconds = (this.#wallMs / 1_000).toFixed(2);
    this.#control.log(null, "error", `RequestId: ${requestId} Task timed out after ${seconds} seconds`);
    this.#control.exit(killed);
  }
}

/** What clients send, without what the front says to the runner. */
function clientFields(raw: IncomingMessage["rawHeaders"]): string[] {
  return raw.filter((_, i) => {
    const name = (raw[i - (i % 2)] as string).toLowerCase();
    return !name.startsWith(ownPrefix) && name !== "expect" && name !== "transfer-encoding" && name !== "connection";
  });
}

function notReady(failure: Failure): NotReady {
  const { type, message } = failure;
  return new NotReady(problems[type] ?? "threw", `${type}: ${message}`, describe(failure));
}

const problems: Readonly<Record<string, NotReady["problem"]>> = {
  "Runtime.ImportModuleError": "missing",
  "Runtime.UserCodeSyntaxError": "syntax",
  "Runtime.HandlerNotFound": "no_handler",
  "Runtime.MalformedHandlerName": "no_handler",
};
