import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { pipeline } from "node:stream";
import type { ControlLine } from "../link/control-line.ts";
import type { Exchange } from "../link/front-server.ts";
import { ownPrefix, sendFailure } from "../link/own-fields.ts";

/** About one connection, which the next is not. */
const hopByHop = new Set([
  ...["connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization"],
  ...["te", "trailer", "transfer-encoding", "upgrade", "expect"],
]);
/** The front says of every request without a body that its length is 0; of these nobody does. */
const bodiless = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"]);
const maxHeaderSize = 512 * 1024;
/** How long a program that has broken a connection off may take to end: that says more than an error does. */
const endMs = 100;

interface Head {
  readonly path: string;
  readonly fields: readonly string[];
  readonly hasBody: boolean;
}

/** Brings requests to an HTTP server in this container, as they are. */
export class Forwarder {
  readonly #port: number;
  readonly #control: ControlLine;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(port: number, control: ControlLine) {
    this.#port = port;
    this.#control = control;
  }

  forward(exchange: Exchange): void {
    const { incoming, askForBody } = exchange;
    const head = headOf(incoming);
    // The program may close a connection that is kept for the next request just as that comes, and what has no
    // body can be said again. All else gets a connection of its own.
    const sent = this.#send(exchange, head, !head.hasBody);
    if (!head.hasBody) return;
    // At once: a body may be long in coming.
    sent.flushHeaders();
    askForBody();
    pipeline(incoming, sent, () => undefined);
  }

  #send(exchange: Exchange, head: Head, kept: boolean): ClientRequest {
    const { incoming, outgoing } = exchange;
    const sent = request({
      ...{ host: "127.0.0.1", port: this.#port, agent: kept ? this.#agent : false, maxHeaderSize },
      ...{ method: incoming.method, path: head.path, headers: head.fields, setHost: false },
    });
    const gone = () => sent.destroy();
    outgoing.once("close", gone);
    sent.once("response", (response) => {
      // What the program wrote before its answer is at hand when it is, and is read in the same turn.
      setImmediate(() => this.#answer(exchange, response));
    });
    sent.once("upgrade", (_, socket) => {
      socket.destroy();
      this.#failed(exchange, new Error("it changes the protocol, which nobody has asked for"));
    });
    sent.once("error", (error: Error) => {
      outgoing.off("close", gone);
      if (outgoing.destroyed) return;
      if (kept && sent.reusedSocket && !outgoing.headersSent) this.#send(exchange, head, false);
      else this.#failed(exchange, error);
    });
    if (!head.hasBody) sent.end();
    return sent;
  }

  #answer(exchange: Exchange, response: IncomingMessage): void {
    const { outgoing } = exchange;
    const fields = [...forwarded(response.rawHeaders), `${ownPrefix}lines`, String(this.#control.lines)];
    try {
      outgoing.writeHead(response.statusCode ?? 500, response.statusMessage ?? "", fields);
    } catch (error) {
      // Node's parser takes more than what it would write itself.
      response.destroy();
      this.#failed(exchange, error as Error);
      return;
    }
    // At once: the first piece may be long in coming.
    outgoing.flushHeaders();
    pipeline(response, outgoing, () => undefined);
  }

  #failed({ requestId, outgoing }: Exchange, error: Error): void {
    setTimeout(() => {
      if (outgoing.destroyed) return;
      if (!outgoing.headersSent) {
        this.#control.log(requestId, "error", `The program did not answer as an HTTP server does: ${error.message}`);
      }
      sendFailure(outgoing, "error", this.#control.lines);
    }, endMs);
  }
}

/** The front writes absolute URLs; the program gets path and query, byte for byte. */
function headOf(incoming: IncomingMessage): Head {
  const [, host = "", path = ""] = /^[a-z]+:\/\/([^/?#]*)(.*)$/i.exec(incoming.url ?? "") ?? [];
  const { method = "GET" } = incoming;
  const { "content-length": length, "transfer-encoding": coding } = incoming.headers;
  const hasBody = coding !== undefined || (length !== undefined && length !== "0");
  let fields = forwarded(incoming.rawHeaders);
  if (!hasBody && bodiless.has(method)) fields = without(fields, "content-length");
  if (coding !== undefined) fields.push("transfer-encoding", "chunked");
  if (incoming.headers.host === undefined) fields.push("host", host);
  return { path: path.startsWith("/") ? path : `/${path}`, fields, hasBody };
}

function forwarded(raw: readonly string[]): string[] {
  const named = new Set(hopByHop);
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() !== "connection") continue;
    for (const name of (raw[i + 1] as string).split(",")) named.add(name.trim().toLowerCase());
  }
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name, value] = [raw[i] as string, raw[i + 1] as string];
    const lower = name.toLowerCase();
    if (!named.has(lower) && !lower.startsWith(ownPrefix)) kept.push(name, value);
  }
  return kept;
}

function without(fields: readonly string[], name: string): string[] {
  return fields.filter((_, i) => fields[i - (i % 2)]?.toLowerCase() !== name);
}
