import { asyncContext, inFrame } from "../async-context/frame.ts";
import { DOMException } from "../dom-exception.ts";
import { encodeUtf8, TextDecoder } from "../encoding/text.ts";
import { AbortController } from "../events/abort.ts";
import { Event } from "../events/event.ts";
import { dispatchTrusted, type EventListener, EventTarget, getHandler, setHandler } from "../events/event-target.ts";
import { MessageEvent } from "../events/message-event.ts";
import { fetch } from "../fetch/fetch.ts";
import { parseMimeType } from "../fetch/mime-type.ts";
import { Request } from "../fetch/request.ts";
import type { Response } from "../fetch/response.ts";
import { host } from "../host.ts";
import { clearTimeout, setTimeout } from "../timers.ts";
import { URL } from "../url/url.ts";
import { defineConstants, defineInterface, requireArguments, toDictionary, toUsvString } from "../webidl.ts";
import { EventStreamParser } from "./parser.ts";

const states = { CONNECTING: 0, OPEN: 1, CLOSED: 2 } as const;
const usualRetryMs = 3_000;
/** A longer wait outlives every request. */
const longestRetryMs = 0x7fffffff;

export interface EventSourceInit {
  readonly withCredentials?: boolean;
}

/**
 * Server-sent events. Its requests and timers are those of the request that made it, and count as such; it
 * ends with it. A function that has answered keeps it going by ctx.waitUntil().
 */
export class EventSource extends EventTarget {
  /** Its events are heard in the context in which it was made. */
  readonly #frame = asyncContext.frame;
  readonly #url: string;
  readonly #withCredentials: boolean;
  readonly #abort = new AbortController();
  #readyState: number = states.CONNECTING;
  #retryMs = usualRetryMs;
  #retryTimer = 0;
  #lastEventId = "";

  /** Throws a SyntaxError for what is no URL. */
  constructor(url: unknown, init?: EventSourceInit) {
    requireArguments(arguments.length, 1, "EventSource");
    super();
    const text = toUsvString(url);
    const { withCredentials } = toDictionary(init, "EventSource");
    const parsed = host.parseUrl(text, undefined);
    if (parsed === undefined) {
      throw new DOMException(`EventSource: ${JSON.stringify(text)} is not an absolute URL`, "SyntaxError");
    }
    this.#url = parsed.slice(0, parsed.indexOf("\n"));
    this.#withCredentials = Boolean(withCredentials);
    void this.#connect();
  }

  get url(): string {
    return this.#url;
  }

  get withCredentials(): boolean {
    return this.#withCredentials;
  }

  get readyState(): number {
    return this.#readyState;
  }

  get onopen(): EventListener | null {
    return getHandler(this, "open");
  }

  set onopen(value: EventListener | null) {
    setHandler(this, "open", value);
  }

  get onmessage(): EventListener | null {
    return getHandler(this, "message");
  }

  set onmessage(value: EventListener | null) {
    setHandler(this, "message", value);
  }

  get onerror(): EventListener | null {
    return getHandler(this, "error");
  }

  set onerror(value: EventListener | null) {
    setHandler(this, "error", value);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#readyState = states.CLOSED;
    clearTimeout(this.#retryTimer);
    this.#abort.abort();
  }

  get #isClosed(): boolean {
    return this.#readyState === states.CLOSED;
  }

  async #connect(): Promise<void> {
    try {
      const response = await fetch(this.#request());
      if (this.#isClosed) return;
      if (!isEventStream(response)) {
        await response.body?.cancel();
        this.#fail();
        return;
      }
      this.#readyState = states.OPEN;
      this.#dispatch(new Event("open"));
      await this.#read(response);
    } catch {
      // Neither the error nor its kind is anything that the standard lets out.
    }
    this.#reconnect();
  }

  #request(): Request {
    const headers: Record<string, string> = { accept: "text/event-stream", "cache-control": "no-cache" };
    if (this.#lastEventId !== "") headers["last-event-id"] = bytesAsText(this.#lastEventId);
    return new Request(this.#url, { headers, signal: this.#abort.signal });
  }

  async #read(response: Response): Promise<void> {
    const { origin } = new URL(response.url);
    const decoder = new TextDecoder();
    const parser = new EventStreamParser(this.#lastEventId, {
      event: ({ type, data, lastEventId }) => {
        if (!this.#isClosed) this.#dispatch(new MessageEvent(type, { data, lastEventId, origin }));
      },
      lastEventId: (id) => {
        this.#lastEventId = id;
      },
      retry: (ms) => {
        this.#retryMs = Math.min(ms, longestRetryMs);
      },
    });
    const reader = response.body?.getReader();
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done || this.#isClosed) return;
      parser.feed(decoder.decode(value, { stream: true }));
    }
  }

  #reconnect(): void {
    if (this.#isClosed) return;
    this.#readyState = states.CONNECTING;
    this.#dispatch(new Event("error"));
    // A listener may have closed it.
    if (!this.#isClosed) this.#retryTimer = setTimeout(() => void this.#connect(), this.#retryMs);
  }

  #dispatch(event: Event): void {
    inFrame(this.#frame, () => dispatchTrusted(this, event), undefined, []);
  }

  /** For good: what answered has no events, and says so. */
  #fail(): void {
    if (this.#isClosed) return;
    this.#readyState = states.CLOSED;
    this.#dispatch(new Event("error"));
  }
}
defineInterface(EventSource, "EventSource", ["url", "withCredentials", "readyState"]);
defineConstants(EventSource, states);

function isEventStream(response: Response): boolean {
  const type = parseMimeType(response.headers.get("content-type") ?? "");
  return response.status === 200 && type?.essence === "text/event-stream";
}

/** A header's value stands for bytes, here those of UTF-8. */
function bytesAsText(text: string): string {
  return Array.from(encodeUtf8(text), (byte) => String.fromCharCode(byte)).join("");
}
