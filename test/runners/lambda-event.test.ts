import { describe, expect, test } from "vitest";
import { answerOf, BadResult, preludeOf } from "../../runtime-api/runners/gateway/lambda/answer.ts";
import { eventOf, type HttpRequest } from "../../runtime-api/runners/gateway/lambda/event.ts";
import { describe as described, failureOf } from "../../runtime-api/runners/gateway/lambda/failure.ts";

const request: HttpRequest = {
  method: "POST",
  url: "http://shop.localhost:8787/a%20b/c?x=1&x=2&name=J%C3%BCrgen+K&empty",
  headers: ["Host", "shop.localhost:8787", "X-Many", "1", "x-many", "2", "Cookie", "a=1; b=2", "User-Agent", "me"],
  body: Buffer.alloc(0),
  requestId: "an-id",
  atMs: Date.UTC(2020, 2, 12, 19, 3, 58, 390),
};
const withBody = (type: string, body: string | Buffer) =>
  eventOf({ ...request, headers: ["content-type", type], body: Buffer.from(body as string) });
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

describe("the event of a request", () => {
  test("has path, query, headers and cookies in the payload format 2.0", () => {
    expect(eventOf(request)).toEqual({
      version: "2.0",
      routeKey: "$default",
      rawPath: "/a%20b/c",
      rawQueryString: "x=1&x=2&name=J%C3%BCrgen+K&empty",
      cookies: ["a=1", "b=2"],
      headers: {
        ...{ "x-forwarded-proto": "http", "x-forwarded-port": "8787", host: "shop.localhost:8787" },
        ...{ "x-many": "1,2", "user-agent": "me" },
      },
      queryStringParameters: { x: "1,2", name: "Jürgen K", empty: "" },
      requestContext: {
        ...{ accountId: "anonymous", apiId: "shop", domainName: "shop.localhost", domainPrefix: "shop" },
        http: { method: "POST", path: "/a%20b/c", protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "me" },
        ...{ requestId: "an-id", routeKey: "$default", stage: "$default" },
        ...{ time: "12/Mar/2020:19:03:58 +0000", timeEpoch: 1584039838390 },
      },
      isBase64Encoded: false,
    });
  });

  test("has no cookies, parameters or body where the request has none", () => {
    const event = eventOf({
      ...request,
      url: "https://a.example/",
      headers: ["x-forwarded-for", "192.0.2.1, 192.0.2.7"],
    });
    expect(event).not.toHaveProperty("cookies");
    expect(event).not.toHaveProperty("queryStringParameters");
    expect(event).not.toHaveProperty("body");
    expect(event.headers).toMatchObject({ "x-forwarded-proto": "https", "x-forwarded-port": "443" });
    expect(event.requestContext.http.sourceIp).toBe("192.0.2.7");
  });

  test.each([
    ["application/json; charset=utf-8", '{"a":"ü"}'],
    ["text/csv", "a,b"],
    ["Application/Problem+JSON", "{}"],
    ["application/xml", "<a/>"],
  ])("has a body of type %s as it is", (type, body) => {
    expect(withBody(type, body)).toMatchObject({ body, isBase64Encoded: false });
  });

  test.each([
    ["application/x-www-form-urlencoded", Buffer.from("a=1")],
    ["image/png", Buffer.of(1, 2, 255)],
    ["text/plain", Buffer.of(0xff, 0xfe)],
  ])("has a body of type %s in base64", (type, body) => {
    expect(withBody(type, body)).toMatchObject({ body: body.toString("base64"), isBase64Encoded: true });
  });
});

describe("a function's result", () => {
  const shown = (value: unknown) => {
    const { status, headers, body } = answerOf(json(value));
    return [status, headers, body.toString()];
  };

  test.each([["Hello"], [{ a: 1 }], [null], [[1, 2]], [3]])("without statusCode, %j, is the body itself", (value) => {
    expect(shown(value)).toEqual([200, ["content-type", "application/json"], JSON.stringify(value)]);
  });

  test("has status, headers, cookies and body", () => {
    const result = {
      ...{ statusCode: 201, headers: { "Content-Type": "text/html", "X-Number": 3, "x-both": "lost" } },
      ...{ multiValueHeaders: { "X-Both": ["1", "2"] }, cookies: ["a=1", "b=2; Path=/"], body: "<b>ü</b>" },
    };
    expect(shown(result)).toEqual([
      201,
      [
        ...["Content-Type", "text/html", "X-Number", "3", "X-Both", "1", "X-Both", "2"],
        ...["set-cookie", "a=1", "set-cookie", "b=2; Path=/"],
      ],
      "<b>ü</b>",
    ]);
  });

  test("is JSON by its type if it says nothing else, and may be in base64", () => {
    const encoded = Buffer.from("bytes").toString("base64");
    expect(shown({ statusCode: "200", body: encoded, isBase64Encoded: true })).toEqual([
      200,
      ["content-type", "application/json"],
      "bytes",
    ]);
    expect(shown({ statusCode: 204, headers: null })).toEqual([204, [], ""]);
    expect(shown({ statusCode: 200, headers: { "Content-Length": "99", Connection: "close" }, body: "" })[1]).toEqual([
      "content-type",
      "application/json",
    ]);
  });

  test.each([
    [{ statusCode: 99 }, /statusCode is 99/],
    [{ statusCode: "teapot" }, /statusCode is "teapot"/],
    [{ statusCode: 200, body: { a: 1 } }, /body is of type object/],
    [{ statusCode: 200, body: [1] }, /body is an array/],
    [{ statusCode: 200, headers: [] }, /headers must be an object/],
    [{ statusCode: 200, headers: { a: ["b"] } }, /header a must be a string/],
    [{ statusCode: 200, headers: { "a b": "c" } }, /a b/],
    [{ statusCode: 200, headers: { a: "b\r\nc: d" } }, /content.*"a"/],
    [{ statusCode: 200, cookies: "a=1" }, /cookies must be an array/],
    [{ statusCode: 200, multiValueHeaders: { a: "b" } }, /multiValueHeaders\["a"\] must be an array/],
  ])("%j is none", (value, message) => {
    expect(() => answerOf(json(value))).toThrow(BadResult);
    expect(() => answerOf(json(value))).toThrow(message);
  });

  test("is none when it is not JSON", () => {
    expect(() => answerOf(Buffer.from("<html>"))).toThrow(/not JSON/);
  });

  test("that is streamed has its head before it", () => {
    const head = preludeOf(json({ statusCode: 202, headers: { "content-type": "text/plain" }, cookies: ["a=1"] }));
    expect(head).toEqual({ status: 202, headers: ["content-type", "text/plain", "set-cookie", "a=1"] });
    expect(preludeOf(json({}))).toEqual({ status: 200, headers: ["content-type", "application/octet-stream"] });
    expect(() => preludeOf(json("text"))).toThrow(BadResult);
  });
});

test("a failure is told in the words of its runtime", () => {
  const python = {
    errorType: "ValueError",
    errorMessage: "bad",
    stackTrace: ['  File "a.py", line 1, in f\n    raise\n'],
  };
  expect(described(failureOf(json(python), undefined))).toBe('ValueError: bad\n  File "a.py", line 1, in f\n    raise');
  const node = { errorType: "TypeError", errorMessage: "bad", trace: ["TypeError: bad", "    at f (a.js:1:1)"] };
  expect(described(failureOf(json(node), undefined))).toBe("TypeError: bad\n    at f (a.js:1:1)");
  expect(described(failureOf(Buffer.from("plain"), "Function.Broken"))).toBe("Function.Broken: plain");
});
