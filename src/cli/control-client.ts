import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { Config } from "../config.ts";
import { readToken } from "../control/token.ts";
import type { ErrorBody } from "../core/errors.ts";
import { CommandError } from "./command-error.ts";

/** Calls the control API of the server that a configuration describes. */
export class ControlClient {
  readonly #origin: string;
  readonly #token: string;

  /** @throws CommandError when there is no token to be found. */
  static async of(config: Config): Promise<ControlClient> {
    return new ControlClient(originOf(config), config.token ?? (await tokenOf(config)));
  }

  private constructor(origin: string, token: string) {
    this.#origin = origin;
    this.#token = token;
  }

  /** @throws CommandError that says what the server answered, or that it did not. */
  async call(
    method: string,
    path: string,
    body?: NonNullable<RequestInit["body"]>,
    contentType?: string,
  ): Promise<unknown> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.#token}` };
    if (contentType !== undefined) headers["content-type"] = contentType;
    const response = await this.#send(path, { method, headers, ...(body !== undefined && { body }) });
    const text = await response.text();
    if (!response.ok) throw new CommandError(failureOf(response.status, text));
    return text === "" ? null : JSON.parse(text);
  }

  /**
   * As `call`, where the server builds first: `onLine` is told what it says meanwhile.
   * @throws CommandError
   */
  async follow(
    method: string,
    path: string,
    body: NonNullable<RequestInit["body"]>,
    contentType: string,
    onLine: (line: string) => void,
  ): Promise<unknown> {
    const headers = {
      ...{ authorization: `Bearer ${this.#token}`, "content-type": contentType },
      accept: "application/x-ndjson",
    };
    const response = await this.#send(path, { method, headers, body });
    if (!response.ok || !response.body) throw new CommandError(failureOf(response.status, await response.text()));
    for await (const line of createInterface({ input: Readable.fromWeb(response.body) })) {
      const said = JSON.parse(line) as { log?: string; result?: unknown };
      if (said.log !== undefined) onLine(said.log);
      else if (said.result !== undefined) return said.result;
      else throw new CommandError(failureOf(response.status, line));
    }
    throw new CommandError("The server broke off before it said what became of the deploy.");
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(this.#origin + path, init);
    } catch (error) {
      const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new CommandError(`No Islet answers at ${this.#origin} (${reason}); start one with "islet serve".`, {
        cause: error,
      });
    }
  }
}

/** A server that listens everywhere is reached on loopback. */
function originOf({ controlHost, controlPort }: Config): string {
  const host = controlHost === "0.0.0.0" ? "127.0.0.1" : controlHost === "::" ? "::1" : controlHost;
  return `http://${host.includes(":") ? `[${host}]` : host}:${controlPort}`;
}

async function tokenOf({ dataDir }: Config): Promise<string> {
  try {
    return await readToken(dataDir);
  } catch (error) {
    throw new CommandError(`There is no token in ${dataDir}; give the server's with --token or --data-dir.`, {
      cause: error,
    });
  }
}

function failureOf(status: number, text: string): string {
  let error: ErrorBody["error"];
  try {
    ({ error } = JSON.parse(text) as ErrorBody);
  } catch {
    return `The server answered ${status} with something that is no error of Islet's.`;
  }
  const place = [error.module, error.line, error.column].filter((part) => part !== undefined).join(":");
  return [`${error.code}: ${error.message}`, place && `at ${place}`, error.hint].filter(Boolean).join("\n  ");
}
