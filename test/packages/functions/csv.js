import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parse } from "csv-parse";
import { parse as parseSync } from "csv-parse/sync";
import { stringify } from "csv-stringify";

/** Rows of a CSV file as they stream through, by Node's streams. */
async function doubled(request) {
  const rows = stringify({ header: true, columns: ["name", "cents"] });
  const text = [];
  rows.on("data", (piece) => text.push(piece));
  const double = async function* (records) {
    for await (const { name, cents } of records) yield { name, cents: cents * 2 };
  };
  await pipeline(Readable.fromWeb(request.body), parse({ columns: true, cast: true, bom: true }), double, rows);
  return new Response(Buffer.concat(text.map((piece) => Buffer.from(piece))), {
    headers: { "content-type": "text/csv" },
  });
}

export default {
  async fetch(request) {
    if (new URL(request.url).pathname === "/doubled") return doubled(request);
    return Response.json(parseSync(Buffer.from(await request.arrayBuffer()), { delimiter: ";", relax_quotes: true }));
  },
};
