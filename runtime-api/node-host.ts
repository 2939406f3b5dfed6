import { asyncSupportModule } from "./lazy.ts";

/**
 * What the modules of `node/` are made with: they are evaluated as a tenant's own are, and reach the runtime and the host by
 * this only. So nothing in it may do more than a tenant may.
 */
export const nodeHost = {
  __proto__: null,
  asyncFrames: () => asyncSupportModule().asyncFrames,
};
