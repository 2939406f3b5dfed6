import { closeSync, constants, fstatSync, openSync, write, writeSync } from "node:fs";

/**
 * The kernel keeps a write of up to PIPE_BUF bytes in one piece, so that the lines of several
 * processes that share a pipe do not mix. A socket keeps more in one piece, and files have no such limit.
 */
const pipeBytes = 4096;
const chunkBytes = 32 * 1024;
/** So much is worth a way to another thread before its time. */
const threadBytes = 16 * 1024;
/** What waits for a reader at most. */
const mostWaitingBytes = 1024 * 1024;
/** A full pipe that does not block is tried again after so long. */
const retryMs = 10;
/** A write that takes so long waits for a reader who may never come. */
const stuckMs = 500;

interface Chunk {
  readonly bytes: Buffer;
  used: number;
}

/**
 * Gathers log lines and writes them in batches, like pino's own destination.
 *
 * Whoever reads a pipe may stop, and a write to a full one waits: with this thread, that would be all
 * requests, and a supervisor that takes the process for one that hangs. So a pipe is opened once more, for this process
 * alone and not to wait (the descriptor that all share must not be changed); where that cannot be, as with a socket, a thread
 * of libuv waits. What comes meanwhile is kept up to a bound. Past it lines are lost, and counted.
 */
export class LogSink {
  /** Lines that were not written, in all. */
  lost = 0;
  readonly #fd: number;
  /** The same pipe as the process's own. */
  readonly #own: number | null;
  readonly #process: string;
  readonly #flushMs: number;
  /** Whether a write returns at once: to a file, or to a pipe that is this process's own. */
  readonly #direct: boolean;
  readonly #chunkBytes: number;
  readonly #batchBytes: number;
  /** Full ones, of which none is being written. */
  readonly #waiting: Chunk[] = [];
  #waitingBytes = 0;
  #filling: Chunk;
  /** One that has been written and can be filled again. */
  #spare: Chunk | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writingSince: number | undefined;
  /** Of `lost`, those that no line has told of. */
  #untold = 0;
  /** What a full pipe has not taken. */
  #rest: { readonly chunk: Chunk; readonly at: number } | undefined;
  /** Also what makes no batch is to be written. */
  #flushDue = false;
  #onIdle: (() => void) | undefined;
  readonly #atExit = () => this.#exit();

  /** @param processName the name that is in its lines. @param flushMs how long a line may wait for others to go with it. */
  constructor(fd: number, processName: string, flushMs = 0) {
    const stat = fstatSync(fd);
    this.#own = stat.isFIFO() ? openOnce(fd) : null;
    this.#fd = this.#own ?? fd;
    this.#direct = stat.isFile() || this.#own !== null;
    // Without a pipe of its own a process has few lines, and what one thread writes must not mix with others' either.
    this.#chunkBytes = stat.isFIFO() ? pipeBytes : chunkBytes;
    this.#batchBytes = Math.min(this.#chunkBytes, this.#direct ? chunkBytes : threadBytes);
    this.#process = processName;
    this.#flushMs = flushMs;
    this.#filling = this.#emptyChunk();
    process.on("exit", this.#atExit);
  }

  /** A whole line with its line break. */
  write(line: string): void {
    // A UTF-16 unit is at most three bytes of UTF-8.
    const bytes = line.length * 3;
    if (this.#waitingBytes + this.#filling.used + bytes > mostWaitingBytes) {
      this.lost++;
      this.#untold++;
      return;
    }
    if (bytes > this.#chunkBytes - this.#filling.used) this.#seal();
    if (bytes > this.#chunkBytes) {
      const whole = Buffer.from(line);
      this.#keep({ bytes: whole, used: whole.byteLength });
    } else {
      this.#filling.used += this.#filling.bytes.write(line, this.#filling.used);
    }
    if (this.#flushMs === 0) this.flush();
    else if (this.#waiting.length > 0 || this.#filling.used + bytes > this.#batchBytes) this.#next();
    else this.#flushSoon();
  }

  /** Begins to write what there is. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushDue = true;
    this.#next();
  }

  /** For the end of the process: false when not all could be written. Nothing may be written afterwards. */
  async end(): Promise<boolean> {
    this.flush();
    if (this.#writingSince !== undefined) {
      const idle = new Promise<boolean>((resolve) => {
        this.#onIdle = () => resolve(true);
      });
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), stuckMs);
      });
      const written = await Promise.race([idle, late]);
      clearTimeout(timer);
      if (!written) return false;
    }
    clearTimeout(this.#timer);
    process.off("exit", this.#atExit);
    if (this.#own !== null) closeSync(this.#own);
    return true;
  }

  #seal(): void {
    if (this.#filling.used === 0) return;
    this.#keep(this.#filling);
    this.#filling = this.#spare ?? this.#emptyChunk();
    this.#spare = undefined;
  }

  #keep(chunk: Chunk): void {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.used;
  }

  #take(): Chunk | undefined {
    if (this.#waiting.length === 0) {
      this.#tellLoss();
      // In small pieces each line would cost as much as a batch.
      if (this.#flushDue || this.#filling.used > this.#batchBytes) this.#seal();
    }
    const chunk = this.#waiting.shift();
    if (chunk) this.#waitingBytes -= chunk.used;
    return chunk;
  }

  #next(): void {
    if (this.#writingSince !== undefined) return;
    for (let chunk = this.#take(); chunk; chunk = this.#take()) {
      if (!this.#out(chunk, 0)) return;
      this.#recycle(chunk);
    }
    this.#flushDue = false;
    if (this.#filling.used > 0) this.#flushSoon();
    this.#onIdle?.();
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => this.flush(), this.#flushMs).unref();
  }

  /** False: the rest of it is under way, and `#next` follows. */
  #out(chunk: Chunk, at: number): boolean {
    if (this.#direct) return this.#outNow(chunk, at);
    this.#writingSince = performance.now();
    write(this.#fd, chunk.bytes, at, chunk.used - at, null, (error, written) => {
      if (error?.code === "EAGAIN") this.#later(chunk, at);
      else if (error && error.code !== "EPIPE") throw error;
      else if (!error && at + written < chunk.used) this.#out(chunk, at + written);
      else this.#written(chunk);
    });
    return false;
  }

  #outNow(chunk: Chunk, from: number): boolean {
    let at = from;
    try {
      while (at < chunk.used) at += writeSync(this.#fd, chunk.bytes, at, chunk.used - at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") {
        this.#writingSince ??= performance.now();
        this.#later(chunk, at);
        return false;
      }
      // Nobody reads any more: there is no place left where that could be said.
      if (code !== "EPIPE") throw error;
    }
    return true;
  }

  /** The pipe is full. */
  #later(chunk: Chunk, at: number): void {
    this.#rest = { chunk, at };
    setTimeout(() => this.#again(), retryMs);
  }

  #again(): void {
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest && this.#out(rest.chunk, rest.at)) this.#written(rest.chunk);
  }

  #written(chunk: Chunk): void {
    this.#recycle(chunk);
    this.#writingSince = undefined;
    this.#next();
  }

  #recycle(chunk: Chunk): void {
    if (chunk.bytes.byteLength !== this.#chunkBytes) return;
    chunk.used = 0;
    this.#spare = chunk;
  }

  /** Once there is room again. */
  #tellLoss(): void {
    if (this.#untold === 0) return;
    const line = `{"level":40,"time":${Date.now()},"process":"${this.#process}","lines":${this.#untold},"msg":"log lines were lost: nobody read them in time"}\n`;
    if (line.length * 3 > this.#chunkBytes - this.#filling.used) return;
    this.#untold = 0;
    this.#filling.used += this.#filling.bytes.write(line, this.#filling.used);
  }

  #exit(): void {
    this.#flushDue = true;
    if (this.#direct) {
      // What a full pipe does not take now is lost with this process.
      if (this.#rest) this.#again();
      else this.#next();
      return;
    }
    if (this.#writingSince !== undefined && performance.now() - this.#writingSince > stuckMs) {
      // libuv would wait for the thread that is in the write, and nothing else ends that.
      process.kill(process.pid, "SIGKILL");
    }
    for (let chunk = this.#take(); chunk; chunk = this.#take()) this.#outNow(chunk, 0);
  }

  #emptyChunk(): Chunk {
    return { bytes: Buffer.allocUnsafeSlow(this.#chunkBytes), used: 0 };
  }
}

/** The same pipe by a descriptor of which others know nothing. Null where there is no way to that. */
function openOnce(fd: number): number | null {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    // No /proc, no permission, or nobody has it open for reading: then threads wait.
    return null;
  }
}
