/** A two-way stream of bytes between a front and a pool: a socket, or one end of a pair within one process. */
export interface Connection {
  /** Bytes that the other side has not taken. */
  readonly writableLength: number;
  /** How much of a body may be under way, if that is not the usual. */
  readonly windowBytes?: number;
  readonly destroyed: boolean;
  /** The caller may use the memory again when `writableLength` is 0 afterwards. */
  write(bytes: Uint8Array): unknown;
  /** Closes it when all that was written has been taken. */
  end(): unknown;
  destroy(error?: Error): unknown;
  on(event: "data", listener: (data: Buffer) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "close", listener: () => void): unknown;
}

/** Opens a connection. What `receive` is given is valid only until it returns. */
export type Open = (receive: (data: Buffer) => void) => Connection;
