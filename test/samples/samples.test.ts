import { readFileSync } from "node:fs";
import type { RequestInit } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readmeBlocks, type SampleServer, startSamples } from "./sample-server.ts";

/* Every call and every answer that a sample's README shows. */

let server: SampleServer;

beforeAll(async () => {
  server = await startSamples();
});
afterAll(() => server[Symbol.asyncDispose]());

const text = "text/plain; charset=utf-8";
const html = "text/html; charset=utf-8";

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}

async function answer(sample: string, target: string, init?: RequestInit): Promise<Answer> {
  const response = await server.call(sample, target, init);
  return { status: response.status, type: response.headers.get("content-type"), body: await response.text() };
}

/** With a JSON body as curl -d sends it. */
const json = (method: string, body: string) => ({ method, headers: { "content-type": "application/json" }, body });

test("hello", async () => {
  const shown = readmeBlocks("hello")[1];
  expect(await answer("hello", "/")).toEqual({ status: 200, type: text, body: shown });
  expect(await answer("hello", "/?name=Ada")).toEqual({ status: 200, type: text, body: "Hello, Ada!\n" });
});

describe("hono-api", () => {
  const calls: [string, string, string | undefined][] = [
    ["GET", "/todos", undefined],
    ["POST", "/todos", '{"title":"Write tests"}'],
    ["PATCH", "/todos/1", '{"done":true}'],
    ["DELETE", "/todos/1", undefined],
    ["POST", "/todos", '{"title":"","done":"x"}'],
    ["POST", "/todos", "{"],
    ["GET", "/todos/9", undefined],
  ];

  test("answers its README's calls in their order with its README's answers", async () => {
    // Calls and answers stand in two blocks; what is broken over lines there is one line in truth.
    const readme = readmeBlocks("hono-api").join("\n");
    const shown = [...readme.matchAll(/^# (\d+)(.*(?:\n# {3}.*)*)/gm)].map(([, status, body = ""]) => ({
      status: Number(status),
      body: body
        .replaceAll(/\n# +/g, "")
        .replace(/ +\(on one line\)|, no body/g, "")
        .trim(),
    }));
    const commands = readme.match(/^curl .*$/gm) ?? [];
    expect(shown).toHaveLength(calls.length);
    expect(commands).toHaveLength(calls.length);

    for (const [i, [method, target, body]] of calls.entries()) {
      expect(commands[i]).toContain(`http://hono-api.localhost:8787${target}`);
      if (body !== undefined) expect(commands[i]).toContain(`-d '${body}'`);
      const { status, body: got } = await answer(
        "hono-api",
        target,
        body === undefined ? { method } : json(method, body),
      );
      expect({ call: `${method} ${target}`, status, body: got }).toEqual({ call: `${method} ${target}`, ...shown[i] });
    }
  });
});

describe("jwt", () => {
  const me = (authorization?: string) => answer("jwt", "/me", { headers: authorization ? { authorization } : {} });

  test("signs a token and takes it back, but not when it was changed or is missing", async () => {
    const signed = await answer("jwt", "/token", { method: "POST", body: "ada" });
    expect(signed.status).toBe(200);
    const { token } = JSON.parse(signed.body) as { token: string };
    expect(token).toMatch(/^eyJhbGciOiJIUzI1NiJ9\./);
    const claims: unknown = JSON.parse(Buffer.from(String(token.split(".")[1]), "base64url").toString());
    expect(claims).toMatchObject({ sub: "ada", iss: "islet-sample", scope: "sample" });
    const { iat, exp } = claims as { iat: number; exp: number };
    expect(exp - iat).toBe(7_200);

    expect(await me(`Bearer ${token}`)).toMatchObject({ status: 200, body: '{"subject":"ada","scope":"sample"}' });
    expect(await me(`Bearer ${token.slice(0, -3)}AAA`)).toMatchObject({
      status: 401,
      body: '{"error":"ERR_JWS_SIGNATURE_VERIFICATION_FAILED"}',
    });
    expect(await me()).toMatchObject({ status: 401, body: '{"error":"ERR_JWS_INVALID"}' });
  });

  test("says what is missing", async () => {
    expect(await answer("jwt", "/token", { method: "POST", body: "" })).toMatchObject({
      status: 400,
      body: '{"error":"no_subject"}',
    });
    expect(await answer("jwt", "/other")).toMatchObject({ status: 404, body: '{"error":"not_found"}' });
  });
});

describe("markdown", () => {
  test("renders a body, and a page of its own", async () => {
    const posted = await answer("markdown", "/", { method: "POST", body: "# Hi *there*" });
    expect(posted).toEqual({ status: 200, type: html, body: readmeBlocks("markdown")[1] });
    const page = await answer("markdown", "/");
    expect(page).toMatchObject({ status: 200, type: html });
    expect(page.body).toMatch(/^<h1>Markdown in an isolate<\/h1>/);
    for (const part of ["<ul>", "<table>"]) expect(page.body).toContain(part);
  });

  test("refuses other methods", async () => {
    const refused = await server.call("markdown", "/", { method: "DELETE" });
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, POST"]);
    await refused.arrayBuffer();
  });
});

test("ssr", async () => {
  const [, shown = ""] = readmeBlocks("ssr");
  expect(await answer("ssr", "/?name=Ada")).toEqual({ status: 200, type: html, body: shown.trimEnd() });
  expect((await answer("ssr", "/?name=%3Cb%3E")).body).toContain("<h1>Hello, &lt;b");
});

describe("streaming", () => {
  test("sends its lines as chunks", async () => {
    const response = await server.call("streaming", "/?lines=3&ms=500");
    expect(response.headers.get("content-type")).toBe(text);
    expect(response.headers.get("transfer-encoding")).toBe("chunked");
    const chunks: string[] = [];
    for await (const chunk of response.body ?? []) chunks.push(Buffer.from(chunk as Uint8Array).toString());
    expect(chunks).toEqual(["3\n", "2\n", "1, and done\n"]);
    expect(chunks.join("")).toBe(readmeBlocks("streaming")[1]);
  });

  test("has five lines without parameters", async () => {
    expect((await answer("streaming", "/")).body).toBe("5\n4\n3\n2\n1, and done\n");
  });
});

test("wasm", async () => {
  const drawn = await answer("wasm", "/?width=32&height=11");
  expect(drawn).toEqual({ status: 200, type: text, body: readmeBlocks("wasm")[1] });
  const lines = (await answer("wasm", "/")).body.trimEnd().split("\n");
  expect([lines.length, lines[0]?.length]).toEqual([24, 64]);
});

test("the list of samples has them all", () => {
  const list = readFileSync(new URL("../../samples/README.md", import.meta.url), "utf8");
  const named = [...list.matchAll(/^\| \[([\w-]+)\]/gm)].map((match) => match[1]);
  const otherClouds = ["azure-custom-handler", "gcf-http", "lambda-node", "lambda-python"];
  const isolates = ["hello", "hono-api", "jwt", "markdown", "proxy", "ssr", "streaming", "wasm"];
  const contained = ["express", "image-resize", "python-add", "wsgi"];
  expect(named.toSorted()).toEqual([...isolates, ...otherClouds, ...contained].toSorted());
});
