/** A part of the Web Platform Tests that a server-side runtime can be held to. */
export interface Area {
  readonly name: string;
  /** Folders and files of the checkout. */
  readonly paths: readonly string[];
  /** Files below them that are not taken. */
  readonly without?: RegExp;
}

export const areas: readonly Area[] = [
  { name: "url", paths: ["url"] },
  { name: "urlpattern", paths: ["urlpattern"] },
  { name: "encoding", paths: ["encoding"] },
  { name: "streams", paths: ["streams"] },
  { name: "fetch/api headers", paths: ["fetch/api/headers"] },
  { name: "fetch/api request", paths: ["fetch/api/request"] },
  { name: "fetch/api response", paths: ["fetch/api/response"] },
  {
    name: "fetch/api body, basic, abort, redirect",
    paths: ["fetch/api/body", "fetch/api/basic", "fetch/api/abort", "fetch/api/redirect"],
  },
  { name: "data URLs", paths: ["fetch/data-urls"] },
  { name: "FileAPI", paths: ["FileAPI/blob", "FileAPI/file", "FileAPI/url"] },
  { name: "xhr/formdata", paths: ["xhr/formdata"] },
  { name: "dom/abort, dom/events", paths: ["dom/abort", "dom/events"] },
  { name: "html/webappapis", paths: ["html/webappapis"], without: /dynamic-markup-insertion/ },
  { name: "WebCryptoAPI", paths: ["WebCryptoAPI"] },
  { name: "compression", paths: ["compression"] },
  { name: "message channels", paths: ["webmessaging"], without: /broadcastchannel/ },
  { name: "console", paths: ["console"] },
  { name: "hr-time, user-timing", paths: ["hr-time", "user-timing"] },
  { name: "wasm/jsapi", paths: ["wasm/jsapi"] },
  { name: "eventsource", paths: ["eventsource"] },
  { name: "webidl", paths: ["webidl"] },
];

/**
 * idlharness checks interfaces against IDL files for browsers, most of which a server has not; shadow realms are a
 * proposal that no engine ships.
 */
export const leftOut = /idlharness|shadowrealm/i;
