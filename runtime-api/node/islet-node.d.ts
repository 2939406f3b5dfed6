/** Linked by the host with the modules of this folder only. */
declare module "islet:node" {
  const host: typeof import("../node-host.ts").nodeHost;
  export default host;
}

/** Made by the host for each bundle: the modules of Node's that it names, without "node:". */
declare module "islet:required" {
  const required: Readonly<Record<string, unknown>>;
  export default required;
}
