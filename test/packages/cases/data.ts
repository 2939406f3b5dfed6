import { createHash, createHmac, pbkdf2Sync, scryptSync } from "node:crypto";
import type { Case } from "../case.ts";

const post = (body: string) => ({ method: "POST", body });
const json = (value: unknown) => post(JSON.stringify(value));
const hash = (name: string) => createHash(name).update("islet").digest("hex");

const schemas: readonly Case[] = [
  {
    to: "schemas/",
    send: json({ name: " Ada ", email: "ada@example.org", age: "36" }),
    json: {
      zod: { name: "Ada", email: "ada@example.org", age: 36, tags: [] },
      valibot: { name: "Ada", email: "ada@example.org", tags: [] },
      schema: ["name", "email", "age", "tags"],
    },
  },
  {
    to: "schemas/",
    send: json({ name: "A", email: "ada", tags: ["c"] }),
    json: {
      zod: [
        ["name", "too_small"],
        ["email", "invalid_format"],
        ["tags.0", "invalid_value"],
      ],
      valibot: {
        name: ["Invalid length: Expected >=2 but received 1"],
        email: ['Invalid email: Received "ada"'],
        "tags.0": ['Invalid type: Expected ("a" | "b") but received "c"'],
      },
      schema: ["name", "email", "age", "tags"],
    },
  },
  {
    to: "ajv/",
    send: json({ id: "DE-1", lines: [1.5] }),
    json: { valid: true, order: { id: "DE-1", lines: [1.5], at: "here" } },
  },
  {
    to: "ajv/",
    send: json({ id: "DE-1", lines: [0.5, 0.5], at: "there" }),
    json: { valid: false, errors: [["/lines", "uniqueItems"]], order: { id: "DE-1", lines: [0.5, 0.5], at: "there" } },
  },
];

const identifiers: readonly Case[] = [
  { to: "identifiers/nanoid", json: { different: 500, formed: true, custom: true } },
  {
    to: "identifiers/uuid",
    json: {
      versions: [1, 4, 6, 7],
      v5: nameBased("sha1", 5),
      v3: nameBased("md5", 3),
    },
  },
  {
    to: "identifiers/hashes?text=islet",
    json: {
      sha256: hash("sha256"),
      sha512: hash("sha512"),
      // Of nothing, by Keccak before it became SHA-3: Node has none.
      keccak: "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
      hmac: createHmac("sha256", "key").update("islet").digest("hex"),
      pbkdf2: pbkdf2Sync("password", "salt", 2, 32, "sha256").toString("hex"),
      scrypt: scryptSync("", "", 64, { N: 16, r: 1, p: 1 }).toString("hex"),
    },
  },
];

/** RFC 9562, of "islet.example" in the name space of DNS. */
function nameBased(algorithm: string, version: number): string {
  const space = Buffer.from("6ba7b8109dad11d180b400c04fd430c8", "hex");
  const bytes = createHash(algorithm).update(space).update("islet.example").digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | (version << 4);
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const calendar = [
  ...["BEGIN:VCALENDAR", "BEGIN:VEVENT", "SUMMARY:Standup", "DTSTART:20261127T090000Z"],
  ...["RRULE:FREQ=DAILY;COUNT=3;BYDAY=MO,FR", "END:VEVENT", "END:VCALENDAR", ""],
].join("\r\n");

const formats: readonly Case[] = [
  {
    to: "data/dates",
    json: { german: "Sonntag, 1. März 2026", distance: "10 days", months: 23, business: "2026-12-02" },
  },
  {
    to: "data/superjson",
    json: {
      at: "1970-01-01T00:00:00.000Z",
      big: String(2n ** 70n),
      set: [1],
      map: "g",
      none: true,
      url: "islet.example",
    },
  },
  {
    to: "data/yaml",
    send: post("# c\nlist:\n  - &x 1\n  - 2 # two\nmore: { a: *x }\n"),
    json: {
      value: { list: [1, 2], more: { a: 1 } },
      text: "# c\nlist:\n  - &x 1\n  - changed # two\nmore: { a: *x }\n",
      written: 'a:\n  - "x: y"\n  - null\n  - 1.5\n',
    },
  },
  {
    to: "data/calendar",
    send: post(calendar),
    json: { summary: "Standup", days: ["2026-11-27T09:00:00Z", "2026-11-30T09:00:00Z", "2026-12-04T09:00:00Z"] },
  },
];

const csv: readonly Case[] = [
  {
    to: "csv/",
    send: post('a;"b;c"\nü;2\n'),
    json: [
      ["a", "b;c"],
      ["ü", "2"],
    ],
  },
  {
    to: "csv/doubled",
    send: post('\ufeffname,cents\n"Tea, green",250\nMilk,99\n'),
    headers: { "content-type": "text/csv" },
    text: 'name,cents\n"Tea, green",500\nMilk,198\n',
  },
];

const queries: readonly Case[] = [
  {
    to: "drizzle/select",
    json: {
      sql:
        'select "users"."name", count("posts"."id") from "users" left join "posts" on "posts"."author" = "users"."id" ' +
        'where ("users"."id" > ? and "users"."name" in (?, ?)) group by "users"."id" order by "users"."name" desc limit ?',
      params: [3, "Ada", "Grace", 5],
    },
  },
  {
    to: "drizzle/insert",
    json: {
      seen: {
        query:
          'insert into "users" ("id", "name", "born", "tags") values (null, ?, ?, ?) returning "id", "name", "born", "tags"',
        params: ["Ada", 60, '["x"]'],
        method: "all",
      },
      rows: [{ id: 7, name: "Ada", born: "1970-01-01T00:01:00.000Z", tags: ["x"] }],
    },
  },
];

export const data = [...schemas, ...identifiers, ...formats, ...csv, ...queries];
