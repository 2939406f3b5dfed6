import type { Engine } from "./engine.ts";
import { EngineRefusal } from "./engine-errors.ts";
import { Freezer } from "./freezer.ts";

/** Removes a container that may be frozen without the engine's knowledge: it could not be killed then. */
export async function removeThawed(engine: Engine, id: string): Promise<void> {
  try {
    const { Pid } = await engine.inspect(id);
    Freezer.of(id, Pid)?.thaw();
  } catch (error) {
    // Gone, or ended just now: there is nothing to thaw.
    if (!(error instanceof EngineRefusal) && !(error instanceof Error && "code" in error)) throw error;
  }
  await engine.remove(id);
}
