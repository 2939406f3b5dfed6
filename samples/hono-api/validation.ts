import { validator } from "hono/validator";
import type * as z from "zod";

/** Lets only bodies through that the schema takes; the others get 422 and every issue that was found. */
export function jsonBody<S extends z.ZodType>(schema: S) {
  return validator("json", (body, c): z.output<S> | Response => {
    const result = schema.safeParse(body);
    if (result.success) return result.data;
    const issues = result.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
    return c.json({ error: "invalid", issues }, 422);
  });
}
