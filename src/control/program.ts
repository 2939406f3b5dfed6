import { z } from "@hono/zod-openapi";
import type { Program } from "../core/deployment.ts";

const usualPort = 8_080;

/** The fields of a manifest that are about programs in images. */
export const programFields = {
  image: z
    .string()
    .regex(/^[\w][\w.\-/:@]{0,254}$/, "must be an image's name, such as name:tag")
    .optional()
    .openapi({
      description:
        "An image that the server's container engine has or can pull. Its program listens for HTTP at the port that the variable PORT names.",
      example: "hello:1",
    }),
  command: z
    .array(z.string().min(1))
    .min(1)
    .max(100)
    .optional()
    .openapi({
      description: "What to start in the image, in place of its own entry point and command.",
      example: ["node", "server.js"],
    }),
  port: z.int().min(1).max(65_535).optional().openapi({ description: "What PORT says to the program (8080)." }),
};

interface ProgramManifest {
  readonly image?: string | undefined;
  readonly command?: readonly string[] | undefined;
  readonly port?: number | undefined;
}

/** The program that a manifest describes, or null: it is of a function. */
export function programOf(manifest: ProgramManifest): Program | null {
  const { image, command, port = usualPort } = manifest;
  if (image === undefined) return null;
  return { protocol: "http", image: { from: "engine", name: image, id: "" }, ...(command && { command }), port };
}
