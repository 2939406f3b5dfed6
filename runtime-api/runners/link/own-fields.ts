import type { ServerResponse } from "node:http";

/** Fields with which the runner itself speaks to the front. A function cannot set them. */
export const ownPrefix = "islet-";

export const requestIdField = `${ownPrefix}request-id`;

/** How the function failed to answer. */
export type Failure = "error" | "lambda_error" | "no_response" | "bad_answer";

export function sendFailure(outgoing: ServerResponse, failure: Failure, lines: number): void {
  if (outgoing.headersSent) {
    // What was promised cannot be kept: the front sees that the body breaks off.
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(500, [`${ownPrefix}failure`, failure, `${ownPrefix}lines`, String(lines), "content-length", "0"]);
  outgoing.end();
}
