import type { Bundle } from "../core/deployment.ts";
import type { IsolateSource } from "./isolate-observer.ts";
import type { Lane } from "./lane.ts";
import { MainLane } from "./main-lane.ts";
import { ModuleGraph } from "./modules.ts";
import type { PreparedIsolate } from "./prepared-isolate.ts";
import { ThreadLane, type ThreadLaneEvents } from "./thread-lane.ts";
import { WasmMemories } from "./wasm-memories.ts";

/** An isolate that a version has moved into: it moves once more if its modules load for so long that a thread must do it. */
export interface Premises {
  readonly prepared: PreparedIsolate;
  readonly modules: ModuleGraph;
  readonly wasm: WasmMemories;
  readonly lane: Lane;
}

export interface PremisesEvents extends ThreadLaneEvents {
  /** WebAssembly has taken what no limit of V8's stops. */
  outgrown(): void;
}

export function moveIn(bundle: Bundle, kind: Lane["kind"], source: IsolateSource, events: PremisesEvents): Premises {
  const { memoryMb } = bundle.limits;
  const prepared = source.take(memoryMb);
  const modules = new ModuleGraph(prepared, bundle);
  const wasm = new WasmMemories(prepared.isolate, memoryMb, () => events.outgrown());
  const lane =
    kind === "main" ? new MainLane(prepared, modules) : new ThreadLane(prepared, modules, source.slots, events);
  return { prepared, modules, wasm, lane };
}
