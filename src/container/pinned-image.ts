import type { Program } from "../core/deployment.ts";
import { IsletError } from "../core/errors.ts";
import type { Engine } from "./engine.ts";
import { EngineRefusal } from "./engine-errors.ts";

/**
 * A program with the id of the image that its name means now, which is pulled if the engine does not have it.
 * @throws IsletError image_not_found.
 */
export async function pinnedImage(engine: Engine, program: Program): Promise<Program> {
  const { image } = program;
  if (image.from !== "engine") return program;
  const found = (await engine.image(image.name)) ?? (await pulled(engine, image.name));
  return { ...program, image: { ...image, id: found.id } };
}

async function pulled(engine: Engine, name: string): Promise<{ id: string }> {
  let reason = "it is not there after it was pulled";
  try {
    await engine.pull(name);
    const found = await engine.image(name);
    if (found) return found;
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error;
    reason = error.message;
  }
  throw new IsletError("image_not_found", `The image ${name} is not on the server and cannot be pulled: ${reason}`);
}
