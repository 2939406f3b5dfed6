import type { BaseImage, Language } from "./base-images.ts";
import type { Engine } from "./engine.ts";

/** Names of images; empty: one is made of this machine's own interpreter. */
export type OfficialImages = Readonly<Record<Language, string>>;

/** How the interpreter is called in images that others make. */
const commands: Readonly<Record<Language, string>> = { node: "node", python: "python3" };

/** An image that the operator names, pulled if the engine does not have it. @throws EngineRefusal */
export async function officialImage(engine: Engine, language: Language, name: string): Promise<BaseImage> {
  if (!(await engine.hasImage(name))) await engine.pull(name);
  return { name, command: [commands[language]], built: false };
}
