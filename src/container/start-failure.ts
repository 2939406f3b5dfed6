import { IsletError } from "../core/errors.ts";
import { EngineRefusal, EngineUnreachable } from "./engine-errors.ts";

/** What whoever wanted a container is told of why there is none. */
export function failureOf(error: unknown): IsletError {
  if (error instanceof IsletError) return error;
  if (error instanceof EngineUnreachable) {
    return new IsletError("containers_unavailable", "this server reaches no container engine", { cause: error });
  }
  const reason = error instanceof EngineRefusal ? "the container engine refused" : "the server failed";
  return new IsletError("container_failed", `no container could be started: ${reason}`, { cause: error });
}
