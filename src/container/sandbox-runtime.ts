import { IsletError } from "../core/errors.ts";

export type SandboxMode = "auto" | "require" | "off";

/** What an engine says of its runtimes, by their names. */
export type Runtimes = Readonly<Record<string, { readonly runtimeArgs?: readonly string[] | null | undefined }>>;

const gvisor = "runsc";
/** A runner connects to a socket of the machine, which gVisor allows only if it is told to. */
const socketFlag = /^-?-host-uds=(?:open|all)$/;

/**
 * The runtime that containers are started with: gVisor's if the engine has it and it lets runners connect, unless the
 * operator wants none of it.
 *
 * @returns undefined for the engine's own choice.
 * @throws IsletError containers_unavailable when it is required, and there is none.
 */
export function sandboxRuntime(mode: SandboxMode, runtimes: Runtimes): string | undefined {
  if (mode === "off") return undefined;
  const found = runtimes[gvisor];
  if (found?.runtimeArgs?.some((argument) => socketFlag.test(argument))) return gvisor;
  if (mode === "auto") return undefined;
  const why = found ? `its ${gvisor} runs without --host-uds=open` : `it has no runtime ${gvisor}`;
  throw new IsletError(
    "containers_unavailable",
    `this server's container engine cannot run functions in gVisor: ${why}`,
  );
}
