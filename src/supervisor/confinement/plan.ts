import type { Reasons } from "./measures.ts";
import { seccompArch } from "./seccomp/filter.ts";
import type { Tools } from "./tools.ts";

/** Which means a pool process is started with. */
export interface Plan {
  /** bubblewrap's path: in a sandbox with a filter of system calls. */
  readonly bwrap: string | null;
  readonly setpriv: string | null;
  /** Each process has a user id of its own. */
  readonly ownUser: boolean;
  /** Node's permission model is on. */
  readonly permissions: boolean;
}

/** What the plans depend on. */
export interface Machine {
  readonly tools: Tools;
  readonly root: boolean;
}

/** Plans that this machine may allow, the strictest first. The last one needs nothing. */
export function plans({ tools: { bwrap, setpriv }, root }: Machine): Plan[] {
  const permissions = true;
  const sandbox = bwrap !== null && (!root || setpriv !== null);
  return [
    ...(sandbox ? [{ bwrap, setpriv, ownUser: root, permissions }] : []),
    ...(root ? [{ bwrap: null, setpriv, ownUser: true, permissions }] : []),
    ...(setpriv === null ? [] : [{ bwrap: null, setpriv, ownUser: false, permissions }]),
    { bwrap: null, setpriv: null, ownUser: false, permissions },
    { bwrap: null, setpriv: null, ownUser: false, permissions: false },
  ];
}

/** Why a plan leaves measures out. `failures` are the stricter plans that were tried in vain, with what went wrong. */
export function reasonsOf(plan: Plan, machine: Machine, failures: readonly (readonly [Plan, string])[]): Reasons {
  const failed = (used: (plan: Plan) => boolean) => failures.findLast(([other]) => used(other))?.[1];
  const reasons: Reasons = {};
  if (plan.bwrap === null) {
    const failure = failed(({ bwrap }) => bwrap !== null);
    const why =
      failure !== undefined
        ? `bubblewrap: ${failure}`
        : machine.tools.bwrap === null
          ? "bubblewrap (bwrap) is not installed"
          : "setpriv is not installed";
    Object.assign(reasons, { network: why, processes: why, files: why, seccomp: why });
  } else if (seccompArch(process.arch) === null) {
    reasons.seccomp = `there is no filter for ${process.arch}`;
  }
  if (!plan.ownUser) {
    reasons.user = machine.root ? (failed(({ ownUser }) => ownUser) ?? "unknown") : "the server is not root";
  }
  if (plan.bwrap === null && (plan.setpriv === null || (machine.root && !plan.ownUser))) {
    reasons.privileges =
      machine.tools.setpriv === null
        ? "neither bubblewrap nor setpriv is installed"
        : "it runs as root, as the server does";
  }
  if (!plan.permissions) reasons.permissions = failed(({ permissions }) => permissions) ?? "unknown";
  return reasons;
}
