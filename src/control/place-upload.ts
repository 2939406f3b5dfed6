import type { Bundle, FunctionTier } from "../core/deployment.ts";
import type { ContextCarrier } from "./async-context/carrier.ts";
import { compileBundle } from "./compile.ts";
import type { Candidate } from "./manifest.ts";
import { NeedsContainer } from "./needs-container.ts";

/** An upload for which it is clear where it runs. */
export interface PlacedUpload {
  readonly tier: FunctionTier;
  /** With the limits that it has there. */
  readonly bundle: Bundle;
  /** What is loaded there. */
  readonly compiled: Bundle;
  /** Why it runs in a container that nobody asked for. */
  readonly why: string | null;
}

/** @throws IsletError of what neither tier can run, or what the tier asked for cannot. */
export async function placeUpload(candidate: Candidate, carrier: ContextCarrier): Promise<PlacedUpload> {
  const { asked, bundle, needs } = candidate;
  if (asked === "container") return inContainer(candidate, null);
  if (needs !== null) return inContainer(candidate, needs);
  try {
    return { tier: "isolate", bundle, compiled: await compileBundle(bundle, carrier), why: null };
  } catch (error) {
    if (asked === "auto" && error instanceof NeedsContainer) return inContainer(candidate, error.why);
    throw error;
  }
}

/** Containers load bundles as they are: what they import may be Node's own. */
function inContainer({ bundle, limitsInContainer }: Candidate, why: string | null): PlacedUpload {
  const adapted = { ...bundle, limits: limitsInContainer() };
  return { tier: "container", bundle: adapted, compiled: adapted, why };
}
