import { btoa } from "../base64.ts";
import { DOMException } from "../dom-exception.ts";
import { TextDecoder } from "../encoding/text.ts";
import { ProgressEvent } from "../events/event-kinds.ts";
import { dispatchTrusted, type EventListener, EventTarget, getHandler, setHandler } from "../events/event-target.ts";
import { parseMimeType } from "../fetch/mime-type.ts";
import { queueTask } from "../timers.ts";
import { defineConstants, defineInterface, requireArguments, toDomString } from "../webidl.ts";
import { type Blob, blobBytes, isBlob } from "./blob.ts";

const states = { EMPTY: 0, LOADING: 1, DONE: 2 } as const;
/** Bytes that become characters at once: a function takes only so many arguments. */
const pieceBytes = 8192;

type Packaging = (bytes: Uint8Array<ArrayBuffer>, blob: Blob) => string | ArrayBuffer;

/** Reads blobs for code that was written for browsers. Its events come in tasks of the request that reads. */
export class FileReader extends EventTarget {
  #readyState: number = states.EMPTY;
  #result: string | ArrayBuffer | null = null;
  #error: DOMException | null = null;
  /** Counts the reads: one that was aborted is not the present one any more. */
  #turn = 0;

  get readyState(): number {
    return this.#readyState;
  }

  get result(): string | ArrayBuffer | null {
    return this.#result;
  }

  get error(): DOMException | null {
    return this.#error;
  }

  readAsArrayBuffer(blob: Blob): void {
    requireArguments(arguments.length, 1, "readAsArrayBuffer");
    this.#read(blob, (bytes) => bytes.slice().buffer);
  }

  readAsBinaryString(blob: Blob): void {
    requireArguments(arguments.length, 1, "readAsBinaryString");
    this.#read(blob, binaryString);
  }

  /** In the encoding of that label, else in what the blob's type names, else in UTF-8. */
  readAsText(blob: Blob, encoding?: unknown): void {
    requireArguments(arguments.length, 1, "readAsText");
    const label = encoding === undefined ? undefined : toDomString(encoding);
    this.#read(blob, (bytes) => decoderFor(label, blob.type).decode(bytes));
  }

  readAsDataURL(blob: Blob): void {
    requireArguments(arguments.length, 1, "readAsDataURL");
    const type = () => blob.type || "application/octet-stream";
    this.#read(blob, (bytes) => `data:${type()};base64,${btoa(binaryString(bytes))}`);
  }

  abort(): void {
    this.#result = null;
    if (this.#readyState !== states.LOADING) return;
    this.#readyState = states.DONE;
    this.#turn++;
    this.#error = new DOMException("The read was aborted", "AbortError");
    this.#fire("abort", 0, 0);
    if (!this.#isLoading) this.#fire("loadend", 0, 0);
  }

  get onloadstart(): EventListener | null {
    return getHandler(this, "loadstart");
  }

  set onloadstart(value: EventListener | null) {
    setHandler(this, "loadstart", value);
  }

  get onprogress(): EventListener | null {
    return getHandler(this, "progress");
  }

  set onprogress(value: EventListener | null) {
    setHandler(this, "progress", value);
  }

  get onload(): EventListener | null {
    return getHandler(this, "load");
  }

  set onload(value: EventListener | null) {
    setHandler(this, "load", value);
  }

  get onabort(): EventListener | null {
    return getHandler(this, "abort");
  }

  set onabort(value: EventListener | null) {
    setHandler(this, "abort", value);
  }

  get onerror(): EventListener | null {
    return getHandler(this, "error");
  }

  set onerror(value: EventListener | null) {
    setHandler(this, "error", value);
  }

  get onloadend(): EventListener | null {
    return getHandler(this, "loadend");
  }

  set onloadend(value: EventListener | null) {
    setHandler(this, "loadend", value);
  }

  get #isLoading(): boolean {
    return this.#readyState === states.LOADING;
  }

  #read(blob: unknown, packaging: Packaging): void {
    if (!isBlob(blob)) throw new TypeError("FileReader: a Blob is required");
    if (this.#isLoading) throw new DOMException("The FileReader is reading already", "InvalidStateError");
    const turn = ++this.#turn;
    this.#readyState = states.LOADING;
    this.#result = null;
    this.#error = null;
    const bytes = blobBytes(blob);
    const { length } = bytes;
    queueTask(() => {
      if (turn === this.#turn) this.#fire("loadstart", 0, length);
      if (turn === this.#turn && length > 0) this.#fire("progress", length, length);
      if (turn !== this.#turn) return;
      queueTask(() => {
        if (turn !== this.#turn) return;
        this.#result = packaging(bytes, blob);
        this.#readyState = states.DONE;
        this.#fire("load", length, length);
        // A listener may have begun the next one.
        if (!this.#isLoading) this.#fire("loadend", length, length);
      });
    });
  }

  #fire(type: string, loaded: number, total: number): void {
    dispatchTrusted(this, new ProgressEvent(type, { lengthComputable: total > 0, loaded, total }));
  }
}
defineInterface(FileReader, "FileReader", ["readyState", "result", "error"]);
defineConstants(FileReader, states);

function binaryString(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    text += String.fromCharCode(...bytes.subarray(at, at + pieceBytes));
  }
  return text;
}

function decoderFor(label: string | undefined, type: string): TextDecoder {
  for (const candidate of [label, parseMimeType(type)?.parameters.get("charset")]) {
    try {
      if (candidate !== undefined) return new TextDecoder(candidate);
    } catch (error) {
      // The standard goes on to the next way when a label is unknown.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return new TextDecoder();
}
