import type { z } from "@hono/zod-openapi";
import { type ErrorCode, errorKinds } from "../core/errors.ts";
import { errorSchema } from "./schemas.ts";

interface Described {
  description: string;
  content: { "application/json": { schema: typeof errorSchema } };
}

export function json<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { "application/json": { schema } } };
}

/** Codes that any authenticated call can end with. */
const always: readonly ErrorCode[] = ["unauthorized", "internal"];

/** The answers of a route that are errors, by status, each with the codes that it stands for. */
export function errors(...codes: readonly ErrorCode[]): Record<`${number}`, Described> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...codes, ...always]) {
    const { status } = errorKinds[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries([...byStatus].map(([status, list]) => [status, json(list.join(", "), errorSchema)]));
}
