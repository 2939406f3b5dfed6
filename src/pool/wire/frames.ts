/**
 * The frames between a front process and a pool process, over one unix socket for each pair.
 *
 *   u32 length of what follows · u8 type · u32 id · payload
 *
 * Numbers are little-endian. An exchange is one request with its answer: an invocation (the front
 * asks, even ids) or a subrequest (the pool asks, odd ids). Both sides send pieces of bodies under
 * the id of the exchange, and only as many bytes as the receiver has granted with `window`.
 */
export const frameType = {
  /** front → pool: run a function. */
  invoke: 1,
  /** pool → front: the answer to an invocation. */
  respond: 2,
  /** pool → front: an invocation has no answer, or (after the answer) ended badly. */
  fail: 3,
  /** pool → front: all work of an answered invocation is over. */
  done: 4,
  /** The one who asked does not want the exchange any more. */
  cancel: 5,

  /** A piece of a body. */
  chunk: 6,
  /** The body is complete. */
  end: 7,
  /** The body breaks off; the payload says why. */
  reset: 8,
  /** The receiver grants this many more bytes. */
  window: 9,
  /** The receiver wants no more of this body. */
  stop: 10,

  /** pool → front: a subrequest of an invocation. */
  fetch: 11,
  /** front → pool: the answer to a subrequest. */
  fetched: 12,
  /** front → pool: a subrequest failed. */
  fetchFailed: 13,

  /** pool → front: console output of an invocation. */
  log: 14,
  /** pool → front: send me this version's bundle. */
  need: 15,
  /** front → pool: a version's bundle. */
  bundle: 16,
  /** front → pool: a version's bundle cannot be had. */
  noBundle: 17,
  /** front → pool: load a version ahead of requests; or, as it says, only if there is time and memory to spare. */
  prewarm: 18,
  /** pool → front: what came of that. */
  prewarmed: 19,

  /** pool → front: an invocation is not taken; nothing of it has begun, and nothing follows. */
  refuse: 20,
  /** pool → front: an invocation has begun. Only of one that has no answer by then: an answer says that, too. */
  begun: 21,

  /** pool → front: a version has an isolate now, or has none any more; the payload is its key. */
  loaded: 24,
  unloaded: 25,
} as const;

export type FrameType = (typeof frameType)[keyof typeof frameType];

/** How a head frame's body travels. */
export const bodyKind = {
  none: 0,
  /** The rest of the head frame. */
  inline: 1,
  /** In chunks, under the id of the exchange. An answer says its length first (u32). */
  stream: 2,
  /** It is the unread body of another exchange (u32 id), which the front has at hand. */
  pass: 3,
} as const;

export const unknownLength = 0xffff_ffff;
export const headerBytes = 9;
/** Bodies up to this size travel inside the head frame. */
export const inlineBodyBytes = 64 * 1024;
/** A longer piece of a body is cut. */
export const chunkBytes = 64 * 1024;
/** What a receiver grants at most before it has handed bytes on. */
export const windowBytes = 256 * 1024;
/** No frame is longer; a peer that says so is broken or hostile. Bundles are the largest. */
export const maxFrameBytes = 64 * 1024 * 1024;

/**
 * No frame from a pool process is longer: a head, and an inline body whose 64 K characters may take
 * three bytes each. So much and no more a front keeps of a frame that does not come to its end.
 */
export const maxPoolFrameBytes = 2 * 1024 * 1024;

/** What the other side sent breaks the protocol: the connection is over. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** In an invocation's flags: the process may refuse it. */
export const mayRefuse = 1;

export const refusalReasons = ["behind", "memory"] as const;
export const logLevels = ["debug", "info", "warn", "error"] as const;
export const redirectModes = ["follow", "manual", "error"] as const;
