import type { Usage } from "./invocation.ts";

/** Whose fault an error is: the caller's, the deployed function's, or Islet's own. */
export type Blame = "client" | "function" | "system";

interface ErrorKind {
  readonly status: number;
  readonly blame: Blame;
  /** What the reader of the error can do about it. */
  readonly hint: string;
}

/**
 * Every error that leaves Islet, by its stable code. A code is never renamed and never reused.
 * `docs/errors.md` describes each; a test fails when one is missing there.
 */
export const errorKinds = {
  // Data plane: routing and the client's request.
  no_route: {
    status: 404,
    blame: "client",
    hint: "Deploy a function with a route for this host and path, or call it as /fn/{name}/.",
  },
  body_too_large: {
    status: 413,
    blame: "client",
    hint: "Send a smaller body, or raise limits.requestBodyBytes in the manifest.",
  },
  client_gone: { status: 499, blame: "client", hint: "The client closed its connection before the answer was ready." },
  bad_request: { status: 400, blame: "client", hint: "Mend the request as the message says." },
  draining: { status: 503, blame: "system", hint: "This server is shutting down; send the request again." },
  too_many_requests: {
    status: 429,
    blame: "client",
    hint: "As many requests as limits.requestsInFlight or the tenant's limit allows are not over yet; send fewer at a time.",
  },
  rate_limited: {
    status: 429,
    blame: "client",
    hint: "More requests a second came than limits.requestsPerSecond or the tenant's limit allows; send it again after Retry-After.",
  },
  overloaded: {
    status: 503,
    blame: "system",
    hint: "All pools or containers are busy, and the queue is full or too long for this request; send it again after Retry-After.",
  },
  queue_timeout: {
    status: 503,
    blame: "system",
    hint: "The request waited too long for a pool or container; send it again after Retry-After.",
  },

  // Data plane: the function.
  function_error: { status: 500, blame: "function", hint: "The function threw; its logs have the stack." },
  lambda_error: {
    status: 502,
    blame: "function",
    hint: "The Lambda function threw, or its runtime said that it failed; its logs have type, message and stack.",
  },
  function_no_response: {
    status: 500,
    blame: "function",
    hint: "fetch() must return a Response, or a promise of one.",
  },
  websocket_not_served: {
    status: 501,
    blame: "function",
    hint: "Answer without a WebSocket: event streams work, and a WebSocketPair works within the function.",
  },
  function_bad_answer: {
    status: 502,
    blame: "function",
    hint: "What the function gave cannot be sent as an HTTP answer; its log says what is wrong with it.",
  },
  function_no_handler: { status: 500, blame: "function", hint: "Export a default object with a fetch method." },
  function_load_failed: {
    status: 500,
    blame: "function",
    hint: "The module threw while it was loading, or the program ended before it took requests; its logs say why.",
  },
  loop_detected: {
    status: 508,
    blame: "function",
    hint: "Functions call each other in a circle, or in a longer chain than maxHops allows.",
  },
  function_cpu_limit: {
    status: 504,
    blame: "function",
    hint: "The request used more CPU time than limits.cpuMs allows.",
  },
  function_wall_limit: { status: 504, blame: "function", hint: "No answer came within limits.wallMs." },
  function_startup_limit: {
    status: 504,
    blame: "function",
    hint: "Loading the modules took longer than limits.startupMs.",
  },
  function_memory_limit: { status: 503, blame: "function", hint: "The function grew past limits.memoryMb." },
  function_crashed: {
    status: 502,
    blame: "function",
    hint: "The function ended the process or container that it ran in; in a pool process it is in quarantine now.",
  },
  function_stalled: {
    status: 504,
    blame: "function",
    hint: "The function held its process past every time limit, so that it had to be killed; it runs in quarantine now.",
  },
  quarantined: {
    status: 503,
    blame: "function",
    hint: "The function keeps ending its process in quarantine; it is tried again after Retry-After.",
  },
  function_header_limit: {
    status: 500,
    blame: "function",
    hint: "The response's headers are longer than limits.responseHeaderBytes allows.",
  },
  isolate_lost: {
    status: 502,
    blame: "function",
    hint: "Another request of this function ended the isolate; send this one again.",
  },
  invalid_argument: {
    status: 400,
    blame: "client",
    hint: "Send each of the function's parameters once, by name and of its type, in the query or as a JSON object.",
  },
  container_lost: {
    status: 502,
    blame: "system",
    hint: "The container that ran the function went away; send the request again if it is safe to.",
  },
  container_failed: {
    status: 503,
    blame: "system",
    hint: "No container could be started for the function; the server's log says why. It is tried again after Retry-After.",
  },
  containers_unavailable: {
    status: 503,
    blame: "system",
    hint: "This function needs a container engine: install Docker on the server (Debian: apt-get install docker.io) and start it; islet doctor says what is missing.",
  },
  pool_lost: {
    status: 502,
    blame: "system",
    hint: "The process that ran the function went away; send the request again if it is safe to.",
  },
  internal: { status: 500, blame: "system", hint: "This is a fault in Islet; the server's log has the details." },

  // Control plane.
  unauthorized: { status: 401, blame: "client", hint: "Send the control token as 'authorization: Bearer …'." },
  method_not_allowed: { status: 405, blame: "client", hint: "Use one of the methods that the allow header lists." },
  not_found: { status: 404, blame: "client", hint: "Nothing of this name is deployed." },
  invalid_name: {
    status: 400,
    blame: "client",
    hint: "A name is 1 to 63 of a-z, 0-9 and '-', and starts and ends with a letter or digit.",
  },
  invalid_manifest: { status: 400, blame: "client", hint: "Mend the manifest's field that the message names." },
  invalid_upload: {
    status: 400,
    blame: "client",
    hint: "Send one ES module as text/javascript, multipart/form-data with a manifest part and one part per module, or a tar archive.",
  },
  unsupported_media_type: {
    status: 415,
    blame: "client",
    hint: "Send text/javascript, multipart/form-data or application/x-tar.",
  },
  invalid_module_name: {
    status: 400,
    blame: "client",
    hint: "A module's name is a relative path without '..', empty parts or backslashes.",
  },
  upload_too_large: {
    status: 413,
    blame: "client",
    hint: "Make the bundle smaller, or ask the operator to raise the limit.",
  },
  module_not_found: {
    status: 400,
    blame: "client",
    hint: "Upload the imported module with the bundle, or mend the specifier.",
  },
  module_syntax: { status: 400, blame: "client", hint: "Mend the syntax error at the place named." },
  module_failed: {
    status: 400,
    blame: "client",
    hint: "The module threw while it was evaluated; mend what the message says.",
  },
  module_startup_limit: {
    status: 400,
    blame: "client",
    hint: "Do less at the top level of the modules, or raise limits.startupMs.",
  },
  module_memory_limit: {
    status: 400,
    blame: "client",
    hint: "Allocate less at the top level of the modules, or raise limits.memoryMb.",
  },
  module_crashed: { status: 400, blame: "client", hint: "Evaluating the modules ended the process that checked them." },
  no_handler: {
    status: 400,
    blame: "client",
    hint: "Export a default object with a fetch method; in Python, name something that can be called as the handler.",
  },
  build_failed: {
    status: 400,
    blame: "client",
    hint: "Mend what the end of the build's log says. A build has no network unless the operator opens one (buildNetwork).",
  },
  program_failed: {
    status: 400,
    blame: "client",
    hint: "The program must start, and take requests at the port that the variable PORT names, on all addresses or 127.0.0.1.",
  },
  image_not_found: {
    status: 400,
    blame: "client",
    hint: "Name an image that the server's container engine has or can pull, or upload a Dockerfile.",
  },
  limit_too_high: { status: 400, blame: "client", hint: "Ask for no more than the operator's maximum." },
  invalid_route: {
    status: 400,
    blame: "client",
    hint: "A route is host/path, *.host/path or /path, with '*' alone as the last part.",
  },
  route_taken: { status: 409, blame: "client", hint: "Another function has this route; delete it there first." },
  no_previous_version: {
    status: 409,
    blame: "client",
    hint: "There is no earlier version to roll back to; deploy one.",
  },
  unavailable: {
    status: 503,
    blame: "system",
    hint: "The part of Islet that this needs is starting again; try once more in a moment.",
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

/** Where in an uploaded bundle something is wrong. Lines and columns count from 1. */
export interface SourcePlace {
  readonly module?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** A request that ran into a limit of its isolate, and was ended there without harm to anything else. */
export interface EndedByLimit {
  /** Whether its function had sent a request of its own by then. */
  readonly sentOut: boolean;
}

/** Why a request was not taken at all, for metrics. */
export type RefusalReason =
  | "function_in_flight"
  | "function_rate"
  | "tenant_in_flight"
  | "tenant_rate"
  | "queue_full"
  | "deadline"
  | "queue_timeout";

interface ErrorDetails {
  readonly place?: SourcePlace;
  readonly detail?: string;
  readonly retryAfterMs?: number;
  readonly endedByLimit?: EndedByLimit;
  readonly notBegun?: boolean;
  readonly refusal?: RefusalReason;
  readonly usage?: Usage;
  readonly cause?: unknown;
}

/** An error with a stable code that may be shown to a client as it is: its message holds no host paths or stack. */
export class IsletError extends Error {
  override readonly name = "IsletError";
  readonly code: ErrorCode;
  readonly place: SourcePlace | undefined;
  /** For operators' and tenants' logs only; never sent to a client. */
  readonly detail: string | undefined;
  /** When it may be worth the while to ask again, where that is known. */
  readonly retryAfterMs: number | undefined;
  /** Of a request that an isolate's limit has ended. */
  readonly endedByLimit: EndedByLimit | undefined;
  /** Of a request whose place was lost before it began with it, so that it can have had no effect. */
  readonly notBegun: boolean;
  readonly refusal: RefusalReason | undefined;
  /** What is known of the cost of a request that has run and failed. */
  readonly usage: Usage | undefined;

  constructor(code: ErrorCode, message: string, more: ErrorDetails = {}) {
    const { stackTraceLimit } = Error;
    // Where a refusal was made is no news, and to find that out takes ten times as long as all else here; under overload there are hundreds a second.
    if (more.refusal !== undefined) Error.stackTraceLimit = 0;
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    if (more.refusal !== undefined) Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.place = more.place;
    this.detail = more.detail;
    this.retryAfterMs = more.retryAfterMs;
    this.endedByLimit = more.endedByLimit;
    this.notBegun = more.notBegun ?? false;
    this.refusal = more.refusal;
    this.usage = more.usage;
  }

  get status(): number {
    return errorKinds[this.code].status;
  }

  get blame(): Blame {
    return errorKinds[this.code].blame;
  }
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorKinds, text);
}

/** The JSON body of every error answer, on both planes. */
export interface ErrorBody {
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly hint: string;
    readonly requestId: string;
    readonly module?: string;
    readonly line?: number;
    readonly column?: number;
  };
}

export function errorBody(error: IsletError, requestId: string): ErrorBody {
  const { module, line, column } = error.place ?? {};
  return {
    error: {
      code: error.code,
      message: error.message,
      hint: errorKinds[error.code].hint,
      requestId,
      ...(module !== undefined && { module }),
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
    },
  };
}
