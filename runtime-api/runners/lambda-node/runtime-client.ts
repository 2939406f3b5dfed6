import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { failureType, type ReportedError } from "./reported-error.ts";

export interface NextInvocation {
  readonly id: string;
  readonly event: string;
  readonly deadlineMs: number;
  readonly functionArn: string;
  readonly traceId: string | undefined;
}

const version = "/2018-06-01/runtime";
const typeField = "lambda-runtime-function-error-type";

/** The Lambda Runtime API: the next event, and what became of it. */
export class RuntimeClient {
  readonly #host: string;
  readonly #port: number;
  // Its sockets do not keep the process alive while nothing is asked.
  readonly #agent = new Agent({ keepAlive: true });

  constructor(address: string) {
    const [host = "", port] = address.split(":");
    this.#host = host;
    this.#port = Number(port ?? 80);
  }

  async next(): Promise<NextInvocation> {
    const asked = this.#request("GET", "/invocation/next", {});
    asked.end();
    const { response, text } = await answerTo(asked);
    if (response.statusCode !== 200) throw new Error(`the runtime API answers ${response.statusCode}: ${text}`);
    const field = (name: string) => String(response.headers[`lambda-runtime-${name}`] ?? "");
    return {
      id: field("aws-request-id"),
      event: text,
      deadlineMs: Number(field("deadline-ms")),
      functionArn: field("invoked-function-arn"),
      traceId: field("trace-id") || undefined,
    };
  }

  /** Refused when it is too long or too late: then the request has failed, and the next one is asked for. */
  answered(id: string, payload: string): Promise<void> {
    return this.#post(`/invocation/${id}/response`, payload, {});
  }

  failed(id: string, error: ReportedError): Promise<void> {
    return this.#post(`/invocation/${id}/error`, JSON.stringify(error), { [typeField]: failureType(error) });
  }

  initFailed(error: ReportedError): Promise<void> {
    return this.#post("/init/error", JSON.stringify(error), { [typeField]: failureType(error) });
  }

  /** A response whose body is written to what this gives. `over` resolves when it has been taken. */
  stream(id: string, contentType: string): { request: ClientRequest; over: Promise<void> } {
    const posted = this.#request("POST", `/invocation/${id}/response`, {
      ...{ "content-type": contentType, "transfer-encoding": "chunked" },
      "lambda-runtime-function-response-mode": "streaming",
      trailer: `${typeField}, lambda-runtime-function-error-body`,
    });
    return { request: posted, over: answerTo(posted).then(() => undefined) };
  }

  async #post(path: string, body: string, headers: Record<string, string>): Promise<void> {
    const length = String(Buffer.byteLength(body));
    const posted = this.#request("POST", path, {
      ...{ "content-type": "application/json", "content-length": length },
      ...headers,
    });
    posted.end(body);
    await answerTo(posted);
  }

  #request(method: string, path: string, headers: Record<string, string>): ClientRequest {
    return request({ host: this.#host, port: this.#port, agent: this.#agent, method, path: version + path, headers });
  }
}

function answerTo(sent: ClientRequest): Promise<{ response: IncomingMessage; text: string }> {
  return new Promise((resolve, reject) => {
    sent.once("error", reject);
    sent.once("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        text += piece;
      });
      response.once("end", () => resolve({ response, text }));
      response.once("error", reject);
    });
  });
}
