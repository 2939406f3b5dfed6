import * as z from "zod";

const title = z.string().trim().min(1).max(100);

export const NewTodo = z.strictObject({ title, done: z.boolean().default(false) });

export const TodoChange = z
  .strictObject({ title: title.optional(), done: z.boolean().optional() })
  .refine((change) => Object.keys(change).length > 0, { message: "Nothing to change" });

export type NewTodo = z.infer<typeof NewTodo>;
export type TodoChange = z.infer<typeof TodoChange>;
