import { randomUUID } from "node:crypto";
import { type Answer, answerOfObject, BadResult } from "../lambda/answer.ts";
import type { AzureFunction } from "./app.ts";

/*
 * Requests and answers in JSON, as custom handlers have them that requests are not forwarded to (Azure Functions
 * documentation, "Azure Functions custom handlers", request and response payload).
 */

export interface HttpRequest {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface HandlerAnswer extends Answer {
  /** Lines for the function's log. */
  readonly logs: readonly string[];
}

export function payloadOf({ name, trigger }: AzureFunction, request: HttpRequest): object {
  const { method, url, parameters } = request;
  const query = Object.fromEntries(new URL(url).searchParams);
  const headers: Record<string, string[]> = {};
  for (let i = 0; i + 1 < request.headers.length; i += 2) {
    const [field, value] = [request.headers[i] as string, request.headers[i + 1] as string];
    const known = headers[field];
    if (known === undefined) headers[field] = [value];
    else known.push(value);
  }
  const body = request.body.length > 0 && { Body: request.body.toString() };
  return {
    Data: { [trigger]: { Url: url, Method: method, Query: query, Headers: headers, Params: parameters, ...body } },
    Metadata: {
      ...(Object.keys(query).length > 0 && { Query: query }),
      ...parameters,
      Headers: Object.fromEntries(Object.entries(headers).map(([field, values]) => [field, values.join(",")])),
      sys: { MethodName: name, UtcNow: new Date().toISOString(), RandGuid: randomUUID() },
    },
  };
}

/**
 * What a handler gave: its HTTP output, or what it returns.
 * @throws BadResult
 */
export function answerOf({ output }: AzureFunction, text: string): HandlerAnswer {
  const { Outputs, Logs, ReturnValue } = caseless(parsed(text), ["Outputs", "Logs", "ReturnValue"]);
  const outputs = isObject(Outputs) ? Outputs : {};
  const given = output in outputs ? outputs[output] : (ReturnValue ?? null);
  const logs = Array.isArray(Logs) ? Logs.map(String) : [];
  return { ...httpOf(given), logs };
}

function httpOf(given: unknown): Answer {
  if (given === null) return { status: 200, headers: [], body: Buffer.alloc(0) };
  if (!isObject(given)) return plain(given);
  const { statusCode, status, headers, body } = caseless(given, ["statusCode", "status", "headers", "body"]);
  if (statusCode === undefined && status === undefined && headers === undefined && body === undefined) {
    return plain(given);
  }
  const content = body === undefined ? plain("") : plain(body);
  const answer = answerOfObject({ statusCode: statusCode ?? status ?? 200, headers: headers ?? {} }, "");
  const typed = answer.headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === "content-type");
  const type = typed || content.body.length === 0 ? [] : content.headers;
  return { ...answer, headers: [...answer.headers, ...type], body: content.body };
}

/** Text is sent as it is, and all else in JSON. */
function plain(value: unknown): Answer {
  const [type, text] =
    typeof value === "string"
      ? ["text/plain; charset=utf-8", value]
      : ["application/json; charset=utf-8", JSON.stringify(value)];
  return { status: 200, headers: ["content-type", type], body: Buffer.from(text) };
}

/** Handlers write StatusCode as often as statusCode. */
function caseless(object: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  const found = new Map(Object.entries(object).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.fromEntries(names.map((name) => [name, found.get(name.toLowerCase())]));
}

function parsed(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BadResult("the handler's answer is not JSON, and requests are not forwarded to it", { cause: error });
  }
  if (!isObject(value)) throw new BadResult("the handler's answer has no Outputs, Logs or ReturnValue");
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
