import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A connection of a client that does not keep to HTTP. */
export class RawClient {
  readonly socket: Socket;
  received = "";
  /** Resolves when the server has closed the connection, or broken it off. */
  readonly closed: Promise<void>;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      this.received += text;
    });
    // A connection that is reset is closed too: "close" follows.
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
  }

  static async connect(url: string): Promise<RawClient> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    return new RawClient(socket);
  }

  send(text: string | Uint8Array): void {
    if (this.socket.writable) this.socket.write(text);
  }

  /** Resolves as soon as what has been received matches, or the connection is closed. */
  async until(pattern: RegExp): Promise<string> {
    let open = true;
    void this.closed.then(() => {
      open = false;
    });
    while (!pattern.test(this.received) && open) await Promise.race([once(this.socket, "data"), this.closed]);
    return this.received;
  }

  /** All that comes until the server closes. */
  async all(): Promise<string> {
    await this.closed;
    return this.received;
  }

  /** The status codes of the answers received so far. */
  get statuses(): number[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
  }

  end(): void {
    this.socket.destroy();
  }
}
