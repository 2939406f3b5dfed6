import { networkInterfaces } from "node:os";
import { parseAddress } from "./ip-address.ts";

/** Where this server itself is reached: its ports, on every address that leads to this machine. */
export class OwnAddresses {
  /** Of the data plane; 0 until it is known. */
  functionPort = 0;
  readonly #controlPort: number;
  readonly #interfaces: typeof networkInterfaces;

  constructor(controlPort: number, interfaces = networkInterfaces) {
    this.#controlPort = controlPort;
    this.#interfaces = interfaces;
  }

  hasPort(port: number): boolean {
    return port === this.functionPort || port === this.#controlPort;
  }

  /** Whether an IP address leads to this machine, as far as it can know. */
  hasAddress(text: string): boolean {
    const address = parseAddress(text);
    if (!address) return false;
    const range = address.range();
    if (range === "loopback" || range === "unspecified") return true;
    return Object.values(this.#interfaces()).some((entries) =>
      entries?.some((entry) => parseAddress(entry.address)?.toString() === address.toString()),
    );
  }
}
