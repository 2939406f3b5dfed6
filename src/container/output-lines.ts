import type { Readable } from "node:stream";

const headBytes = 8;
const longestLine = 16 * 1024;
/** Of what a container writes to stdout and stderr in its life. */
const mostCharacters = 4 * 1024 * 1024;

export type OutputStream = "stdout" | "stderr";

/** Tells the lines in an engine's framed output: a head of stream number and length (big-endian), then bytes. */
export async function readOutput(
  output: Readable,
  onLine: (stream: OutputStream, text: string) => void,
): Promise<void> {
  const rest: Record<OutputStream, string> = { stdout: "", stderr: "" };
  let buffered = Buffer.alloc(0);
  let told = 0;
  const tell = (stream: OutputStream, line: string) => {
    if (line === "" || told > mostCharacters) return;
    told += line.length;
    onLine(stream, told > mostCharacters ? "further output is left out" : line);
  };
  for await (const chunk of output) {
    buffered = Buffer.concat([buffered, chunk as Buffer]);
    for (let whole = frameIn(buffered); whole; whole = frameIn(buffered)) {
      const stream = buffered[0] === 2 ? "stderr" : "stdout";
      const lines = (rest[stream] + buffered.toString("utf8", headBytes, whole)).split("\n");
      rest[stream] = (lines.pop() ?? "").slice(0, longestLine);
      for (const line of lines) tell(stream, line.slice(0, longestLine));
      buffered = buffered.subarray(whole);
    }
  }
  for (const stream of ["stdout", "stderr"] as const) tell(stream, rest[stream]);
}

/** The length of the first frame, if all of it is there. */
function frameIn(bytes: Buffer): number | null {
  if (bytes.length < headBytes) return null;
  const length = headBytes + bytes.readUInt32BE(4);
  return bytes.length < length ? null : length;
}
