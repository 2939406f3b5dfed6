import { validateHeaderName, validateHeaderValue } from "node:http";

/** What a function gave, as it goes to the client. */
export interface Answer {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** What a function gave is no answer over HTTP; the message says why. */
export class BadResult extends Error {
  override readonly name = "BadResult";
}

export interface Head {
  readonly status: number;
  readonly headers: readonly string[];
}

const jsonType = "application/json";

/**
 * Reads what a function gave, in the payload format 2.0: an object with statusCode, or anything else, which is the
 * body itself then, in JSON.
 *
 * @throws BadResult
 */
export function answerOf(payload: Buffer): Answer {
  const result = parsed(payload);
  if (!isObject(result) || !("statusCode" in result)) {
    return { status: 200, headers: ["content-type", jsonType], body: payload };
  }
  const { status, headers } = headOf(result, jsonType);
  return { status, headers, body: bodyOf(result) };
}

/** Status and headers of an object that has them. */
export function answerOfObject(result: Record<string, unknown>, defaultType: string): Head {
  return headOf(result, defaultType);
}

/**
 * What comes ahead of a streamed body: statusCode, headers and cookies.
 * @throws BadResult
 */
export function preludeOf(payload: Buffer): Head {
  const prelude = parsed(payload);
  if (!isObject(prelude)) throw new BadResult("the streamed answer's head is no JSON object");
  return headOf(prelude, "application/octet-stream");
}

function parsed(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch (error) {
    throw new BadResult("the function's result is not JSON", { cause: error });
  }
}

function headOf(result: Record<string, unknown>, defaultType: string): Head {
  const { statusCode = 200, headers = {}, multiValueHeaders = {}, cookies = [] } = result;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new BadResult(`statusCode is ${shown(statusCode)} and must be a number from 200 to 599`);
  }
  const several = [...entriesOf("multiValueHeaders", multiValueHeaders)].flatMap(([name, values]) =>
    listOf(`multiValueHeaders[${shown(name)}]`, values).map((value) => [name, value] as const),
  );
  // As on API Gateway: a name in both has the values of multiValueHeaders.
  const given = new Set(several.map(([name]) => name.toLowerCase()));
  const single = [...entriesOf("headers", headers)].filter(([name]) => !given.has(name.toLowerCase()));
  const fields = [...single, ...several].flatMap(([name, value]) => fieldOf(name, value));
  for (const cookie of listOf("cookies", cookies)) fields.push(...fieldOf("set-cookie", cookie));
  const typed = [...single, ...several].some(([name]) => name.toLowerCase() === "content-type");
  if (!typed && defaultType !== "" && status !== 204 && status !== 304) fields.push("content-type", defaultType);
  return { status, headers: fields };
}

function bodyOf({ body = null, isBase64Encoded = false }: Record<string, unknown>): Buffer {
  if (body === null) return Buffer.alloc(0);
  if (typeof body !== "string") {
    throw new BadResult(`body is ${Array.isArray(body) ? "an array" : `of type ${typeof body}`} and must be a string`);
  }
  return Buffer.from(body, isBase64Encoded === true ? "base64" : "utf8");
}

/** Set by who sends the answer on. */
const transport = new Set(["connection", "transfer-encoding", "content-length", "keep-alive"]);

function fieldOf(name: string, value: unknown): string[] {
  if (value === null || transport.has(name.toLowerCase())) return [];
  if (typeof value === "object") throw new BadResult(`the header ${name} must be a string, and is ${shown(value)}`);
  try {
    validateHeaderName(name);
    validateHeaderValue(name, String(value));
  } catch (error) {
    throw new BadResult((error as Error).message, { cause: error });
  }
  return [name, String(value)];
}

function entriesOf(field: string, value: unknown): [string, unknown][] {
  if (value === null) return [];
  if (!isObject(value)) throw new BadResult(`${field} must be an object, and is ${shown(value)}`);
  return Object.entries(value);
}

function listOf(field: string, value: unknown): unknown[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw new BadResult(`${field} must be an array, and is ${shown(value)}`);
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 100);
}
