import { serve } from "@hono/node-server";
import { Hono } from "hono";
import type { BenchFunction } from "../peer.ts";

const functions: BenchFunction[] = JSON.parse(process.env.BENCH_FUNCTIONS ?? "[]");

const compute: { fetch(request: Request): Response } = (
  await import(new URL("../functions/compute.js", import.meta.url).href)
).default;

const app = new Hono();
for (const { name, kind } of functions) {
  if (kind === "hello") app.get(`/fn/${name}/`, (c) => c.text("Hello, world!"));
  else if (kind === "compute") app.get(`/fn/${name}/`, ({ req }) => compute.fetch(req.raw));
  else app.post(`/fn/${name}/`, async (c) => c.json(await c.req.json()));
}

serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => process.send?.(port));
