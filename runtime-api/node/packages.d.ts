// Packages that are, in the types that matter here, what Node has.

declare module "readable-stream/lib/stream.js" {
  import stream from "node:stream";

  const readableStream: typeof stream & { readonly compose: (...streams: object[]) => stream.Duplex };
  export default readableStream;
}
declare module "unenv/node/buffer" {
  export { atob, Buffer, btoa, constants, File, INSPECT_MAX_BYTES, kMaxLength } from "node:buffer";
  export const SlowBuffer: unknown;
}
declare module "unenv/node/events" {
  export {
    addAbortListener,
    captureRejectionSymbol,
    captureRejections,
    defaultMaxListeners,
    EventEmitter,
    EventEmitterAsyncResource,
    errorMonitor,
    getEventListeners,
    getMaxListeners,
    on,
    once,
  } from "node:events";
  export const usingDomains: boolean;
}
declare module "unenv/node/os" {
  export * from "node:os";
  export { default } from "node:os";
}
declare module "unenv/node/punycode" {
  export * from "node:punycode";

  const punycode: object;
  export default punycode;
}
declare module "unenv/node/querystring" {
  export * from "node:querystring";

  const querystring: object;
  export default querystring;
}
declare module "unenv/node/tty" {
  export * from "node:tty";

  const tty: object;
  export default tty;
}
declare module "unenv/node/url" {
  export * from "node:url";

  const url: object;
  export default url;
}
declare module "unenv/node/util" {
  export { MIMEParams, MIMEType } from "node:util";
}
