import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type ErrorBody, errorBody, IsletError } from "../core/errors.ts";
import type { ControlEnv } from "./context.ts";
import type { ControlLogger } from "./deps.ts";

export function answerError(c: Context<ControlEnv>, error: IsletError): Response {
  if (error.code === "unauthorized") c.header("www-authenticate", 'Bearer realm="islet"');
  if (error.status === 503) c.header("retry-after", "1");
  // What is left of a refused upload would have to be read before the connection could be used again.
  if (error.code === "upload_too_large") c.header("connection", "close");
  return c.json(errorBody(error, c.get("requestId")), error.status as ContentfulStatusCode);
}

/** An error's body where the answer has begun already. */
export function failureOf(error: unknown, requestId: string, { logger }: { logger: ControlLogger }): ErrorBody {
  if (error instanceof IsletError && error.blame === "client") return errorBody(error, requestId);
  logger.error({ err: error, requestId }, "a control call failed");
  return errorBody(error instanceof IsletError ? error : internal(error), requestId);
}

function internal(cause: unknown): IsletError {
  return new IsletError("internal", "The call failed for a reason that is not its own.", { cause });
}

/** The last resort of every handler: what is no IsletError is a fault of ours, logged and not shown. */
export function errorHandler(logger: ControlLogger) {
  return (error: Error, c: Context<ControlEnv>): Response => {
    const known = error instanceof IsletError ? error : fromFramework(error);
    if (known && known.blame === "client") return answerError(c, known);
    logger.error(
      { err: error, requestId: c.get("requestId"), method: c.req.method, path: c.req.path },
      "a control call failed",
    );
    return answerError(c, known ?? internal(error));
  };
}

function fromFramework(error: Error): IsletError | null {
  if (!(error instanceof HTTPException)) return null;
  if (error.status === 415)
    return new IsletError("unsupported_media_type", "The body of this call is application/json.");
  if (error.status >= 500) return null;
  return new IsletError("bad_request", error.message || "The request cannot be read.");
}
