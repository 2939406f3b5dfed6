/*
 * A request as a Lambda function sees it: the event of a Function URL, which is that of an HTTP API in API Gateway
 * with the payload format 2.0 (AWS Lambda Developer Guide, "Invoking Lambda function URLs").
 */

export interface HttpRequest {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly requestId: string;
  readonly atMs: number;
}

export interface FunctionUrlEvent {
  readonly version: "2.0";
  readonly routeKey: "$default";
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly requestContext: {
    readonly accountId: string;
    readonly apiId: string;
    readonly domainName: string;
    readonly domainPrefix: string;
    readonly http: {
      readonly method: string;
      readonly path: string;
      readonly protocol: string;
      readonly sourceIp: string;
      readonly userAgent: string;
    };
    readonly requestId: string;
    readonly routeKey: "$default";
    readonly stage: "$default";
    readonly time: string;
    readonly timeEpoch: number;
  };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/** Whoever calls is nobody that Amazon knows. */
const anonymous = "anonymous";
/** What is text in an event. All else, forms included, is in base64 as it is there. */
const textual = /^(?:text\/.*|application\/(?:json|javascript|xml|.*\+json|.*\+xml))$/;

export function eventOf(request: HttpRequest): FunctionUrlEvent {
  const { method, body, requestId, atMs } = request;
  const url = new URL(request.url);
  const { headers, cookies } = fieldsOf(request.headers);
  const query = url.search.slice(1);
  const [prefix = ""] = url.hostname.split(".");
  const text = body.length > 0 && isText(headers["content-type"] ?? "") ? textOf(body) : null;
  const forwarded = headers["x-forwarded-for"]?.split(",").at(-1)?.trim();
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: url.pathname,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers: {
      ...{ "x-forwarded-proto": url.protocol.slice(0, -1), "x-forwarded-port": portOf(url), host: url.host },
      ...headers,
    },
    ...(query !== "" && { queryStringParameters: parametersOf(url.searchParams) }),
    requestContext: {
      ...{ accountId: anonymous, apiId: prefix, domainName: url.hostname, domainPrefix: prefix },
      http: {
        ...{ method, path: url.pathname, protocol: "HTTP/1.1" },
        // The front tells nobody's address: it is there when what is before the front says it.
        sourceIp: forwarded === undefined || forwarded === "" ? "127.0.0.1" : forwarded,
        userAgent: headers["user-agent"] ?? "",
      },
      ...{ requestId, routeKey: "$default", stage: "$default", time: timeOf(atMs), timeEpoch: atMs },
    },
    ...(body.length > 0 && { body: text ?? body.toString("base64") }),
    isBase64Encoded: body.length > 0 && text === null,
  };
}

/** Names in lower case, values of one name with commas between them, cookies by themselves. */
function fieldsOf(fields: readonly string[]): { headers: Record<string, string>; cookies: string[] } {
  const values = new Map<string, string>();
  const cookies: string[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = (fields[i] as string).toLowerCase();
    const value = fields[i + 1] as string;
    if (name === "cookie") cookies.push(...value.split(/;\s*/).filter((cookie) => cookie !== ""));
    else values.set(name, values.has(name) ? `${values.get(name)},${value}` : value);
  }
  return { headers: Object.fromEntries(values), cookies };
}

function parametersOf(parameters: URLSearchParams): Record<string, string> {
  const names = new Set(parameters.keys());
  return Object.fromEntries([...names].map((name) => [name, parameters.getAll(name).join(",")]));
}

function portOf({ port, protocol }: URL): string {
  if (port !== "") return port;
  return protocol === "https:" ? "443" : "80";
}

function isText(contentType: string): boolean {
  return textual.test((contentType.split(";")[0] as string).trim().toLowerCase());
}

/** Null: it says that it is text, and is not in UTF-8. */
function textOf(body: Buffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    // Base64 loses nothing of it.
    return null;
  }
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** "12/Mar/2020:19:03:58 +0000" */
function timeOf(epochMs: number): string {
  const [date = "", time = ""] = new Date(epochMs).toISOString().split("T");
  const [year, month, day] = date.split("-");
  return `${day}/${months[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
}
