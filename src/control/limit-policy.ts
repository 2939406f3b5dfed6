import type { Scaling } from "../core/deployment.ts";
import { heldTo, type Limits, type TenantTerms } from "../core/limits.ts";
import type { ControlDeps } from "./deps.ts";

/** What an upload may have, and has where its manifest says nothing. */
export interface LimitPolicy {
  readonly defaults: Limits;
  readonly max: Limits;
  /** Of `memoryMb` in containers. All other limits are the same there. */
  readonly containerMemory: { readonly default: number; readonly max: number };
  /** What the operator permits of that. */
  readonly scaling: Required<Scaling>;
  /** For messages: "this server's", or whose maximum it is that was lowered. */
  readonly whose: (name: keyof Limits) => string;
}

/** As the operator permits to all, less what is laid down for the tenant. */
export function policyFor(limits: ControlDeps["limits"], tenant: string, terms: TenantTerms | null): LimitPolicy {
  const { default: defaults, max, containerMemory, scaling } = limits;
  const own = terms?.max ?? {};
  const memoryMb = own.memoryMb ?? Number.POSITIVE_INFINITY;
  return {
    ...{ defaults: heldTo(defaults, own), max: heldTo(max, own), scaling },
    containerMemory: {
      default: Math.min(containerMemory.default, memoryMb),
      max: Math.min(containerMemory.max, memoryMb),
    },
    whose: (name) => (own[name] === undefined ? "this server's" : `the tenant ${tenant}'s`),
  };
}
