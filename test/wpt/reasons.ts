/** Why subtests are known to fail. The first that fits counts; those that nothing fits are not explained. */
interface Reason {
  readonly files: RegExp;
  /** Of these the subtests; all without it. */
  readonly subtests?: RegExp;
  readonly because: string;
}

const reasons: readonly Reason[] = [
  {
    files: /^WebCryptoAPI\/historical/,
    because: "there are no insecure contexts: crypto.subtle is always there, as in Workers, Deno and Node",
  },
  {
    files: /^fetch\/api\/headers\/header-setcookie/,
    because: "a server may read what an answer sets for cookies",
  },
  {
    files: /^fetch\/api\/headers\/header-values/,
    because: "control characters in a header's value are against RFC 9110, and are not sent",
  },
  {
    files: /^fetch\/api\/(headers\/headers-no-cors|request\/request-headers|basic\/request-(forbidden|private))/,
    because: "the headers that browsers guard a server must be able to send: Cookie, Origin, Date and so on",
  },
  {
    files: /^fetch\/api\/(request\/request-cache|basic\/conditional-get)/,
    because: "there is no HTTP cache behind fetch()",
  },
  { files: /^fetch\/api\/abort\/cache/, because: "there is no CacheStorage" },
  {
    files: /^fetch\/api\/(basic|redirect)\/.*referrer/,
    because: "there is no page that could be a referrer, so none is sent",
  },
  { files: /keepalive\.(https\.)?any\.js/, subtests: /keepalive/, because: "needs a page that is left" },
  {
    files: /^fetch\/api\/redirect/,
    subtests: /manual/i,
    because: '"manual" gives the redirect itself, as on Workers and in Deno, so that a server can pass it on',
  },
  {
    files: /^fetch\/api\/(redirect\/redirect-(mode|origin|back)|basic\/(mode-no-cors|integrity))/,
    because: "there is no origin that a function is of: nothing is opaque, and no Origin is sent",
  },
  {
    files: /^fetch\/api\/(basic\/request-headers\.any|redirect\/redirect-method)/,
    subtests: /Origin header/,
    because: "there is no origin that a function is of: nothing is opaque, and no Origin is sent",
  },
  {
    files: /^fetch\/api\/(basic\/request-headers\.any|redirect\/redirect-method)/,
    because: "the tests' own server runs in Node, which does not know such a method",
  },
  {
    files: /^fetch\/api\/(basic\/status\.h2|redirect\/redirect-upload\.h2)/,
    because: "the tests' own server speaks HTTP/1.1",
  },
  {
    files: /^fetch\/api\/(request\/request-init-stream|basic\/request-upload)/,
    subtests: /duplex|[Ss]treaming|feature detect|empty ReadableStream/,
    because: "duplex may be left out, as on Workers, and a body is streamed over HTTP/1.1 as well",
  },
  {
    files: /^fetch\/api\/basic\/(request-upload|http-response-code)/,
    because: "a request is never sent again by itself, and the tests' own server does not count connections",
  },
  { files: /^fetch\/api\/basic\/request-headers-case/, because: "headers are sent in lower case" },
  {
    files: /^fetch\/api\/basic\/scheme-blob/,
    subtests: /invalid_type/,
    because: "the type of a Blob is taken as it is, which is what the File API says",
  },
  {
    files: /^fetch\/api\/basic\/header-value-combining/,
    because: "Node's parser refuses answers with two lengths, and values with control characters",
  },
  {
    files: /^fetch\/api\/basic\/error-after-response/,
    because: "a body is pulled, so that nobody hears of its breaking who does not read it",
  },
  {
    files: /^fetch\/api\/redirect\/redirect-location-escape/,
    because: "the tests' own server reads a query as UTF-8",
  },
  {
    files: /^encoding\//,
    subtests: /SharedArrayBuffer/,
    because: "there is no shared memory",
  },
  {
    files: /^encoding\/streams\/decode-utf8/,
    because: "there is no shared memory, without which the file stops half-way",
  },
  { files: /^encoding\/textdecoder-copy/, because: "there is no shared memory" },
  { files: /^encoding\/(unsupported|replacement)-encodings/, because: "there is no XMLHttpRequest" },
  {
    files: /^encoding\/iso-2022-jp-decoder/,
    because: "Node's decoder (ICU) differs in how it goes on after an error",
  },
  {
    files: /^fetch\/api\/response\/response-stream-with-broken-then/,
    because: "streams are web-streams-polyfill, whose reads resolve with objects that inherit from Object.prototype",
  },
  {
    files: /^fetch\/api\/(request|response)\/(request|response)-consume-empty/,
    because: "a form without fields has its closing boundary, as the standard writes it",
  },
  {
    files: /^fetch\/api\/request\/request-disturbed/,
    because: "the standard does not read the body that another is put in the place of",
  },
  { files: /^fetch\/api\/response\/response-blob-realm/, because: "needs a window" },
  { files: /^FileAPI\/url\/url-with-xhr/, because: "there is no XMLHttpRequest" },
  {
    files: /^FileAPI\/url\/url-format/,
    because: "there is no origin that a function is of: its blob: URLs are of none",
  },
  {
    files: /^html\/webappapis\/.*(requires-|atomics-wait)|^wasm\/jsapi\/.*shared/,
    because: "memory that is shared could be made a fine timer, and there are no threads to share it with",
  },
  {
    files: /^html\/webappapis\/.*navigator/,
    because: "navigator has what the Minimum Common API names: userAgent",
  },
  {
    files: /^wasm\/jsapi\/jspi/,
    because: "the stacks of promise integration are memory that V8 does not count",
  },
  {
    files: /^wasm\/jsapi\/memory\/to-(resizable|fixed)/,
    because: "buffers that grow are memory that V8 does not count",
  },
  {
    files: /^wasm\/jsapi\/memory\/grow/,
    subtests: /Stray/,
    because: "there may be 16 memories at once, and those of one job are not collected within it",
  },
  { files: /^wasm\/jsapi\/memory\/grow/, subtests: /shared/, because: "there is no shared memory" },
  {
    files:
      /^wasm\/jsapi\/(function|(global|memory|table|tag)\/type|(memory|table)\/constructor-types|exception|module\/moduleSource)/,
    because: "a proposal that V8 does not ship, or has another state of",
  },
  {
    files: /^url\/url-(constructor|setters)/,
    subtests: /xn--/i,
    because: "Node 24's parser does not refuse labels that are no Punycode",
  },
  {
    files: /^webidl\/.*global-(object|immutable)/,
    because: "functions of the global scope are plain ones, and its prototype is the language's own",
  },
  {
    files: /^(compression|encoding|html|streams|WebCryptoAPI|wasm)\//,
    subtests: /SharedArrayBuffer|shared (Uint8Array|memor)/i,
    because: "there is no shared memory: it can be made a fine clock, and V8 does not count it",
  },
  {
    files: /^html\/webappapis\/structured-clone\//,
    subtests: /[Rr]esizable|Length-tracking|OOB/,
    because: "there are no resizable buffers: they take address space that V8 does not count",
  },
  {
    files: /^webmessaging\/MessageEvent-trusted/,
    subtests: /BroadcastChannel/,
    because: "it takes a worker and BroadcastChannel, which would reach one isolate only",
  },
  { files: /^webmessaging\/message-channels\/.*worker/, because: "there are no workers within a function" },
  {
    files: /^webmessaging\/message-channels\/close-event\/garbage-collected/,
    because: "finalizers do not run in these isolates, so that nothing tells of a port that was collected",
  },
  { files: /^webmessaging\/message-channels\/user-activation/, because: "a server has no user who activates anything" },
  {
    files: /^streams\/readable-streams\/owning-type/,
    because: "streams that own their chunks are a proposal that web-streams-polyfill has not",
  },
  {
    files: /^streams\/piping\/general-addition/,
    because: "web-streams-polyfill writes within enqueue(), which the standard allowed until 2025",
  },
  {
    files: /^urlpattern\/urlpattern-generate/,
    because: "URLPattern.generate() is a proposal that urlpattern-polyfill has not",
  },
  {
    files: /^urlpattern\//,
    because:
      "urlpattern-polyfill 10.1 follows the standard of early 2025: the v flag, what cuts a host or a port, names past the BMP",
  },
  {
    files: /^eventsource\/request-cache-control/,
    because: "it asks for a host below the origin's address, which is no name here",
  },
];

/** @param name of the subtest; "" for the file as a whole. */
export function reasonFor(id: string, name: string): string | undefined {
  return reasons.find(({ files, subtests }) => files.test(id) && (subtests?.test(name) ?? true))?.because;
}
