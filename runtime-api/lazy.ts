/**
 * Parts of the runtime that most functions never touch. Their code is in the bundle but is not
 * evaluated before the first call here, which is what keeps a small isolate small.
 */

function once<T>(load: () => T): () => T {
  let loaded: T | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

export const abortModule = once(() => require("./events/abort.ts") as typeof import("./events/abort.ts"));
export const asyncSupportModule = once(
  () => require("./async-context/support.ts") as typeof import("./async-context/support.ts"),
);
export const blobModule = once(() => require("./files/blob.ts") as typeof import("./files/blob.ts"));
export const codecModule = once(() => require("./compression/codec.ts") as typeof import("./compression/codec.ts"));
export const cryptoCallsModule = once(
  () => require("./crypto/host-calls.ts") as typeof import("./crypto/host-calls.ts"),
);
export const dataUrlModule = once(() => require("./fetch/data-url.ts") as typeof import("./fetch/data-url.ts"));
export const domExceptionModule = once(() => require("./dom-exception.ts") as typeof import("./dom-exception.ts"));
export const fetchModule = once(() => require("./fetch/fetch.ts") as typeof import("./fetch/fetch.ts"));
export const formDataModule = once(() => require("./files/form-data.ts") as typeof import("./files/form-data.ts"));
export const formBodyModule = once(() => require("./fetch/form-body.ts") as typeof import("./fetch/form-body.ts"));
export const globalScopeModule = once(
  () => require("./events/global-scope.ts") as typeof import("./events/global-scope.ts"),
);
export const hostBodyModule = once(() => require("./streams/host-body.ts") as typeof import("./streams/host-body.ts"));
export const integrityModule = once(() => require("./fetch/integrity.ts") as typeof import("./fetch/integrity.ts"));
export const multipartModule = once(() => require("./files/multipart.ts") as typeof import("./files/multipart.ts"));
export const nodeHostModule = once(() => require("./node-host.ts") as typeof import("./node-host.ts"));
export const keyModule = once(() => require("./crypto/key.ts") as typeof import("./crypto/key.ts"));
export const objectUrlModule = once(() => require("./files/object-urls.ts") as typeof import("./files/object-urls.ts"));
export const outgoingModule = once(() => require("./streams/outgoing.ts") as typeof import("./streams/outgoing.ts"));
export const bodyStreamsModule = once(
  () => require("./streams/body-streams.ts") as typeof import("./streams/body-streams.ts"),
);
export const searchParamsModule = once(
  () => require("./url/search-params.ts") as typeof import("./url/search-params.ts"),
);
export const streamTransferModule = once(
  () => require("./streams/transfer.ts") as typeof import("./streams/transfer.ts"),
);
export const webSocketModule = once(
  () => require("./web-socket/web-socket.ts") as typeof import("./web-socket/web-socket.ts"),
);
export const webAssemblyModule = once(() => require("./webassembly.ts") as typeof import("./webassembly.ts"));
