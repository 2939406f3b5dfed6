import { host } from "./host.ts";

/*
 * The runtime is a core, and parts that are loaded when something of theirs is touched for the first time: what an
 * isolate does not use is not in its memory. `require()` in this folder ends here for all that is not in the core.
 */

const { eval: evaluate } = globalThis;

/** Of modules, by path, what they export. */
type Modules = Readonly<Record<string, unknown>>;
type Part = (require: (id: string) => unknown, deliver: (modules: Modules) => void) => void;

let coreModules: Readonly<Record<string, () => unknown>>;
/** By module. */
let partNames: Readonly<Record<string, string>>;
const loaded: Record<string, Modules> = Object.create(null);
let handed: Part | undefined;

/** Called by the core as it is evaluated. */
export function connectParts(modules: typeof coreModules, names: typeof partNames): void {
  coreModules = modules;
  partNames = names;
}

export function requireModule(id: string): unknown {
  const inCore = coreModules[id];
  if (inCore) return inCore();
  const name = partNames[id] as string;
  loaded[name] ??= load(name);
  return loaded[name]?.[id];
}

/** The host has compiled the part that it was just asked for. */
export function handPart(part: unknown): void {
  handed = part as Part;
}

function load(name: string): Modules {
  handed = undefined;
  const source = host.part(name);
  const part = handed ?? (evaluate(source as string) as Part);
  let modules: Modules | undefined;
  part(requireModule, (delivered) => {
    modules = delivered;
  });
  return modules as unknown as Modules;
}
