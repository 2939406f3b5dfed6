import { z } from "@hono/zod-openapi";
import type { BundleModule, Program } from "../core/deployment.ts";
import { IsletError } from "../core/errors.ts";
import { type SourceManifest, sourceProgramOf } from "./source-program.ts";

const usualPort = 8_080;

/** The fields of a manifest that are about programs in images. */
export const programFields = {
  protocol: z.enum(["http", "lambda", "azure"]).optional().openapi({
    description:
      "How requests are brought to a program. http: it listens at PORT. lambda: it is a runtime of AWS Lambda, or a handler for one, which gets events of a Function URL; bodies have 6 MiB at most. azure: it is a custom handler of Azure Functions, and the upload has host.json and the functions' function.json. Default: http for an image or a command, lambda for a handler in JavaScript or a Python one that takes exactly (event, context).",
    example: "lambda",
  }),
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
      description:
        "What to start in the image, in place of its own entry point and command. Without an image: in the server's own image for Node or Python, in a folder with the upload's files.",
      example: ["node", "server.js"],
    }),
  port: z.int().min(1).max(65_535).optional().openapi({ description: "What PORT says to the program (8080)." }),
};

interface ProgramManifest extends SourceManifest {
  readonly image?: string | undefined;
}

/** The program that a manifest describes, or null: it is of a function. @throws IsletError invalid_manifest. */
export function programOf(
  manifest: ProgramManifest,
  modules: readonly BundleModule[],
  hasDockerfile: boolean,
): Program | null {
  const { image, command, protocol = "http", port = usualPort } = manifest;
  if (image === undefined && !hasDockerfile) return sourceProgramOf(manifest, modules);
  if (image !== undefined && hasDockerfile) {
    throw new IsletError("invalid_manifest", "image: the upload has a Dockerfile, of which the image is made");
  }
  const from =
    image === undefined ? ({ from: "dockerfile" } as const) : ({ from: "engine", name: image, id: "" } as const);
  return { protocol, image: from, ...(command && { command }), port };
}
