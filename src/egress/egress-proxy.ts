import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { pipeline } from "node:stream";
import type { Caller, IncomingResponse, OutgoingRequest } from "../core/egress.ts";
import { EgressRefused } from "./policy.ts";
import { joinSockets, refuseTunnel, whatComes } from "./tunnel.ts";

const maxHeaderSize = 64 * 1024;
/** A tunnel, or a connection to the proxy, over which nothing goes for so long is ended. */
const idleMs = 60_000;
const httpsPort = 443;
/** About the connection to the proxy, and not about the request. */
const hopByHop = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "trailer"]);
const toProxy = new Set(["proxy-authorization", "proxy-connection"]);

/** Whose connections are served: one container. */
export interface ProxyClient {
  /** Who sends something out now, as far as that can be known. */
  readonly caller: () => Caller;
  /** Requests and tunnels at a time. */
  readonly most: number;
}

export interface EgressProxyParts {
  readonly fetch: (request: OutgoingRequest) => Promise<IncomingResponse>;
  readonly connect: (caller: Caller, host: string, port: number) => Promise<Socket>;
}

interface Served {
  readonly client: ProxyClient;
  /** Of a tunnel in which HTTP is spoken: where it leads. */
  readonly origin: string | null;
}

/**
 * The way out for containers, which have no network: an HTTP proxy under the egress policy of their function. What
 * is HTTP goes the way of any function's fetch, with its loop guard and its short cut to functions of this server;
 * what is encrypted passes through a connection to an address that the policy permits.
 */
export class EgressProxy {
  readonly #parts: EgressProxyParts;
  readonly #served = new WeakMap<Socket, Served>();
  readonly #inUse = new WeakMap<ProxyClient, number>();
  readonly #server = createServer({ maxHeaderSize, keepAliveTimeout: idleMs, requestTimeout: 0 });

  constructor(parts: EgressProxyParts) {
    this.#parts = parts;
    this.#server.on("request", (incoming, outgoing) => void this.#request(incoming, outgoing));
    this.#server.on("connect", (incoming, socket, head) => void this.#tunnel(incoming, socket as Socket, head));
  }

  /** Takes a connection of a container over. */
  serve(socket: Socket, client: ProxyClient, origin: string | null = null): void {
    this.#served.set(socket, { client, origin });
    this.#server.emit("connection", socket);
  }

  async #request(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const served = this.#served.get(incoming.socket);
    const url = urlOf(incoming.url ?? "", served?.origin ?? null);
    if (!served || !url) return answer(outgoing, 400, "a proxy takes requests with absolute URLs");
    const { client } = served;
    const release = this.#take(client);
    if (!release) return answer(outgoing, 503, `more than ${client.most} requests at a time are not sent out`);
    outgoing.once("close", release);
    const abort = new AbortController();
    outgoing.once("close", () => outgoing.writableFinished || abort.abort());
    const { "content-length": length, "transfer-encoding": coding } = incoming.headers;
    const hasBody = coding !== undefined || (length !== undefined && length !== "0");
    let response: IncomingResponse | undefined;
    try {
      response = await this.#parts.fetch({
        caller: client.caller(),
        method: incoming.method ?? "GET",
        url: url.href,
        headers: without(incoming.rawHeaders, toProxy),
        // Whoever asks follows them, through here again.
        redirect: "manual",
        body: hasBody ? incoming : null,
        signal: abort.signal,
      });
      outgoing.writeHead(response.status, response.statusText, without(response.headers, hopByHop));
      pipeline(response.body, outgoing, () => undefined);
    } catch (error) {
      response?.body.destroy();
      if (outgoing.headersSent) outgoing.destroy();
      else answer(outgoing, error instanceof EgressRefused ? 403 : 502, messageOf(error));
    }
  }

  async #tunnel(incoming: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    // node:http has let go of it.
    socket.on("error", () => socket.destroy());
    const served = this.#served.get(socket);
    const target = URL.parse(`http://${incoming.url ?? ""}`);
    const [, port] = /:(\d+)$/.exec(incoming.url ?? "") ?? [];
    if (!served || served.origin !== null || !target || port === undefined) {
      return refuseTunnel(socket, 400, "CONNECT takes a host and a port");
    }
    const { client } = served;
    const isHttps = Number(port) === httpsPort;
    const refuse = (status: number, message: string) => {
      // It was told already that there is a tunnel.
      if (!isHttps) socket.destroy();
      else refuseTunnel(socket, status, message);
    };
    try {
      if (head.length > 0) socket.unshift(head);
      if (!isHttps) {
        // Some send plain HTTP through tunnels, Node's fetch among them: that is not out of sight.
        socket.write(established);
        if ((await whatComes(socket)) === "http") return this.serve(socket, client, target.origin);
      }
      const release = this.#take(client);
      if (!release) return refuse(503, `more than ${client.most} tunnels at a time are not opened`);
      socket.once("close", release);
      const host = target.hostname.replace(/^\[|\]$/g, "");
      const outside = await this.#parts.connect(client.caller(), host, Number(port));
      if (isHttps) socket.write(established);
      joinSockets(socket, outside, idleMs);
    } catch (error) {
      refuse(error instanceof EgressRefused ? 403 : 502, messageOf(error));
    }
  }

  /** Gives back what it has taken, once; undefined when there is no more to be had. */
  #take(client: ProxyClient): (() => void) | undefined {
    const inUse = this.#inUse.get(client) ?? 0;
    if (inUse >= client.most) return undefined;
    this.#inUse.set(client, inUse + 1);
    let released = false;
    return () => {
      if (!released) this.#inUse.set(client, (this.#inUse.get(client) ?? 1) - 1);
      released = true;
    };
  }
}

const established = "HTTP/1.1 200 Connection established\r\n\r\n";

function urlOf(target: string, origin: string | null): URL | null {
  const url = URL.parse(target.startsWith("/") && origin !== null ? origin + target : target);
  return url?.protocol === "http:" || url?.protocol === "https:" ? url : null;
}

function without(flat: readonly string[], names: ReadonlySet<string>): string[] {
  return flat.filter((_, i) => !names.has((flat[i - (i % 2)] as string).toLowerCase()));
}

function answer(outgoing: ServerResponse, status: number, message: string): void {
  const text = `${message}\n`;
  outgoing.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(text),
  });
  outgoing.end(text);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
