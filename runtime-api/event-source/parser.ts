/** An event of a stream, as the HTML Standard's "event stream interpretation" gives it. */
export interface StreamEvent {
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
}

export interface EventStreamListener {
  event(event: StreamEvent): void;
  /** An event has ended, with or without data: where to go on after a break. */
  lastEventId(id: string): void;
  /** Milliseconds to wait before connecting again. */
  retry(ms: number): void;
}

/** Reads the lines of an event stream: text/event-stream of the HTML Standard. */
export class EventStreamParser {
  readonly #listener: EventStreamListener;
  /** The piece of a line that has not ended. */
  #rest = "";
  /** The last text ended with a carriage return: a line feed that follows belongs to it. */
  #afterReturn = false;
  #type = "";
  #data: string[] = [];
  #id: string;

  /** @param lastEventId of the connection before, which holds until the stream gives another. */
  constructor(lastEventId: string, listener: EventStreamListener) {
    this.#id = lastEventId;
    this.#listener = listener;
  }

  feed(given: string): void {
    if (given === "") return;
    const text = this.#afterReturn && given.startsWith("\n") ? given.slice(1) : given;
    this.#afterReturn = given.endsWith("\r");
    const lines = text.split(/\r\n|\n|\r/);
    lines[0] = this.#rest + (lines[0] as string);
    this.#rest = lines.pop() as string;
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    if (line === "") {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    if (field === "event") this.#type = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    else if (field === "retry" && /^[0-9]+$/.test(value)) this.#listener.retry(Number(value));
  }

  #dispatch(): void {
    const data = this.#data;
    const type = this.#type === "" ? "message" : this.#type;
    this.#data = [];
    this.#type = "";
    this.#listener.lastEventId(this.#id);
    if (data.length > 0) this.#listener.event({ type, data: data.join("\n"), lastEventId: this.#id });
  }
}
