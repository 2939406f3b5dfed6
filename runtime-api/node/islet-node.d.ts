/** Linked by the host with the modules of this folder only. */
declare module "islet:node" {
  const host: typeof import("../node-host.ts").nodeHost;
  export default host;
}
