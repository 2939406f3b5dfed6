import type { ControlLine } from "../../link/control-line.ts";
import type { Exchange } from "../../link/front-server.ts";
import { ownPrefix, sendFailure } from "../../link/own-fields.ts";
import { Forwarder } from "../forward.ts";
import { accepting } from "../http.ts";
import { BadResult } from "../lambda/answer.ts";
import { bytesOf } from "../lambda/whole-body.ts";
import type { Protocol, ProtocolParts } from "../protocol.ts";
import { type AzureApp, type AzureFunction, readApp } from "./app.ts";
import { answerOf, payloadOf } from "./payload.ts";

const mostBodyBytes = 100 * 1024 * 1024;

interface Found {
  readonly fn: AzureFunction;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The program is a custom handler of Azure Functions. */
export class AzureProtocol implements Protocol {
  readonly env: Readonly<Record<string, string>>;
  readonly #folder: string;
  readonly #port: number;
  readonly #control: ControlLine;
  readonly #forwarder: Forwarder;
  #app: AzureApp = { forwards: true, functions: [] };

  constructor({ description, control }: ProtocolParts) {
    const { port, folder } = description;
    this.#folder = folder;
    this.#port = port;
    this.#control = control;
    this.env = { FUNCTIONS_CUSTOMHANDLER_PORT: String(port), FUNCTIONS_HTTPWORKER_PORT: String(port) };
    this.#forwarder = new Forwarder(port, control);
  }

  async listen(): Promise<void> {
    // The handler does.
  }

  async ready(ended: AbortSignal): Promise<void> {
    const { functions, forwards } = readApp(this.#folder);
    this.#app = { forwards, functions: functions.toSorted((a, b) => b.route.weight - a.route.weight) };
    await accepting(this.#port, ended);
  }

  handle(exchange: Exchange): void {
    const { incoming, outgoing } = exchange;
    const found = this.#find(incoming.method ?? "GET", new URL(incoming.url ?? "").pathname);
    if (found === null) outgoing.writeHead(404, ["content-length", "0", ...this.#ownFields()]).end();
    else if (this.#app.forwards) this.#forwarder.forward(exchange);
    else this.#call(found, exchange).catch((error: Error) => this.#fail(exchange, error));
  }

  #find(method: string, path: string): Found | null {
    for (const fn of this.#app.functions) {
      const parameters = fn.route.match(method, path);
      if (parameters !== null) return { fn, parameters };
    }
    return null;
  }

  async #call({ fn, parameters }: Found, exchange: Exchange): Promise<void> {
    const { requestId, incoming, outgoing, askForBody } = exchange;
    askForBody();
    const body = await bytesOf(incoming, mostBodyBytes);
    const { method = "GET", url = "", rawHeaders } = incoming;
    const headers = rawHeaders.filter((_, i) => !rawHeaders[i - (i % 2)]?.toLowerCase().startsWith(ownPrefix));
    const abort = new AbortController();
    outgoing.once("close", () => abort.abort());
    const response = await fetch(`http://127.0.0.1:${this.#port}/${encodeURIComponent(fn.name)}`, {
      ...{ method: "POST", signal: abort.signal },
      headers: { "content-type": "application/json", "x-azure-functions-invocationid": requestId },
      body: JSON.stringify(payloadOf(fn, { method, url, headers, body, parameters })),
    });
    const text = await response.text();
    if (!response.ok) throw new BadResult(`the handler answered ${response.status}: ${text.slice(0, 1_000)}`);
    const answer = answerOf(fn, text);
    for (const line of answer.logs) this.#control.log(requestId, "info", line);
    const bare = answer.status === 204 || answer.status === 304;
    const length = bare ? [] : ["content-length", String(answer.body.length)];
    outgoing.writeHead(answer.status, [...answer.headers, ...length, ...this.#ownFields()]);
    outgoing.end(bare ? undefined : answer.body);
  }

  #fail({ requestId, outgoing }: Exchange, error: Error): void {
    if (outgoing.destroyed) return;
    const isBadAnswer = error instanceof BadResult;
    const text = isBadAnswer ? error.message : `The handler did not answer: ${error.message}`;
    this.#control.log(requestId, "error", text);
    sendFailure(outgoing, isBadAnswer ? "bad_answer" : "error", this.#control.lines);
  }

  #ownFields(): readonly string[] {
    return [`${ownPrefix}lines`, String(this.#control.lines)];
  }
}
