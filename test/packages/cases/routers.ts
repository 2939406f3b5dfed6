import { expect } from "vitest";
import type { Case } from "../case.ts";

const origin = { origin: "https://app.example" };
const json = (value: unknown) => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

const itty: readonly Case[] = [
  { to: "itty-router/items/7?a=1&a=2", json: { id: "7", query: { a: ["1", "2"] } } },
  { to: "itty-router/items", send: json({ a: [1] }), json: { a: [1] } },
  { to: "itty-router/files/a/b/c", json: "a/b/c" },
  { to: "itty-router/broken", status: 418, json: { status: 418, error: "Unknown Error", reason: "a teapot" } },
  { to: "itty-router/none", status: 404, json: { status: 404, error: "Not Found" } },
  { to: "itty-router/env", json: { env: { GREETING: "hello" }, waits: "function" } },
  {
    to: "itty-router/items/7",
    send: { method: "OPTIONS", headers: origin },
    status: 204,
    headers: { "access-control-allow-origin": "https://app.example", "access-control-allow-methods": "PATCH" },
  },
];

const h3: readonly Case[] = [
  { to: "h3/hello/ada?x=1", headers: { "x-by": "h3" }, json: { hello: "ada", query: { x: "1" } } },
  { to: "h3/json", send: json({ a: [1] }), json: { got: { a: [1] } } },
  {
    to: "h3/form",
    send: { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: "a=1&b=2" },
    json: ["a", "b"],
  },
  {
    to: "h3/cookie",
    send: { headers: { cookie: "b=2" } },
    headers: { "set-cookie": "a=1; Path=/; HttpOnly" },
    json: { sent: "2" },
  },
  { to: "h3/page", headers: { "content-type": /^text\/html/ }, text: "<h1>&lt;3</h1>" },
  { to: "h3/away", status: 307, headers: { location: "/page" } },
  { to: "h3/broken", status: 409, json: { status: 409, message: "taken", data: { by: "Ada" } } },
  { to: "h3/iterated", text: "abc" },
  {
    to: "h3/cors",
    send: { method: "OPTIONS", headers: { ...origin, "access-control-request-method": "PUT" } },
    status: 204,
    headers: { "access-control-allow-methods": "PUT", "access-control-allow-origin": "https://app.example" },
  },
  { to: "h3/cors", text: "shared" },
];

const graphql: readonly Case[] = [
  {
    to: "graphql/",
    send: json({
      query: "query($by: String) { books(author: $by) { title } add(a: 1, b: 2) broken }",
      variables: { by: "Ada" },
    }),
    json: {
      errors: [{ message: "it is broken", locations: [{ line: 1, column: 67 }], path: ["broken"] }],
      data: { books: [{ title: "Notes" }], add: 3, broken: null },
    },
  },
  {
    to: "graphql/",
    send: json({ query: "{ books { size } }" }),
    text: /Cannot query field \\"size\\" on type \\"Book\\"/,
  },
  {
    to: "graphql-yoga/graphql",
    send: {
      ...json({ query: '{ hello(name: "Ada") agent }' }),
      headers: { "content-type": "application/json", "user-agent": "test" },
    },
    json: { data: { hello: "Hello Ada", agent: "test" } },
  },
  {
    to: "graphql-yoga/graphql",
    send: {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=b" },
      body: [
        ...["--b", 'content-disposition: form-data; name="operations"', ""],
        JSON.stringify({ query: "mutation($f: File!) { upload(file: $f) }", variables: { f: null } }),
        ...["--b", 'content-disposition: form-data; name="map"', "", '{"0":["variables.f"]}'],
        ...[
          "--b",
          'content-disposition: form-data; name="0"; filename="a.txt"',
          "content-type: text/plain",
          "",
          "in it",
        ],
        "--b--\r\n",
      ].join("\r\n"),
    },
    json: { data: { upload: "a.txt: in it" } },
  },
];

const trpc: readonly Case[] = [
  { to: `trpc/trpc/hello?input=${encodeURIComponent('{"name":"Ada"}')}`, json: { result: { data: "Hello Ada" } } },
  { to: "trpc/trpc/double", send: json(4), json: { result: { data: 8 } } },
  { to: "trpc/trpc/hello?input=7", status: 400, text: /BAD_REQUEST/ },
  {
    to: "trpc/trpc/taken",
    status: 409,
    check: (body) => expect(JSON.parse(body.toString())).toMatchObject({ error: { data: { code: "CONFLICT" } } }),
  },
  { to: "trpc/client", json: { hello: "Hello Ada", double: 42, error: "CONFLICT" } },
];

export const routers = [...itty, ...h3, ...graphql, ...trpc];
