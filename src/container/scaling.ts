import type { LiveFunction } from "../core/deployment.ts";

type Scaled = Pick<LiveFunction, "scaling">;

/** @param permitted by the operator, who may have changed his mind since the deploy. */
export function concurrencyOf({ scaling }: Scaled, permitted: number): number {
  return Math.min(scaling?.concurrency ?? permitted, permitted);
}

/** @param permitted as above */
export function mostInstancesOf({ scaling }: Scaled, permitted: number): number {
  return Math.min(scaling?.maxInstances ?? permitted, permitted);
}
