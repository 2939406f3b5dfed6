import type { RequestIdVariables } from "hono/request-id";

/** What Hono's context carries in the control API. */
export interface ControlEnv {
  Variables: RequestIdVariables;
}

export const bearer = [{ bearer: [] as string[] }];
