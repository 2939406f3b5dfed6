import * as v from "valibot";
import { z } from "zod";

const zUser = z.object({
  name: z.string().min(2).trim(),
  email: z.email(),
  age: z.coerce.number().int().positive().optional(),
  tags: z.array(z.enum(["a", "b"])).default([]),
});
const vUser = v.object({
  name: v.pipe(v.string(), v.minLength(2), v.trim()),
  email: v.pipe(v.string(), v.email()),
  tags: v.optional(v.array(v.picklist(["a", "b"])), []),
});

export default {
  async fetch(request) {
    const value = await request.json();
    const zod = zUser.safeParse(value);
    const valibot = v.safeParse(vUser, value);
    return Response.json({
      zod: zod.success ? zod.data : zod.error.issues.map(({ path, code }) => [path.join("."), code]),
      valibot: valibot.success ? valibot.output : v.flatten(valibot.issues).nested,
      schema: Object.keys(z.toJSONSchema(zUser).properties),
    });
  },
};
