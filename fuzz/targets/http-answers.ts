const head =
  /^HTTP\/1\.1 (\d{3}) [\t\x20-\x7e\x80-\xff]*\r\n((?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+: ?[\t\x20-\x7e\x80-\xff]*\r\n)*)\r\n/;
const chunk = /^([0-9a-f]+)\r\n/i;
const start = "HTTP/1.1 ";

/**
 * Looks whether all that a server sent over a connection are HTTP answers, none of which says that
 * the server failed. The last one may be broken off.
 * @throws Error
 */
export function checkAnswers(sent: string): void {
  if (sent.includes('"code":"internal"')) throw new Error(`the server failed: ${sent.slice(0, 500)}`);
  let left = sent;
  while (left !== "") {
    const found = head.exec(left);
    if (!found) throw new Error(`this is no HTTP answer: ${JSON.stringify(left.slice(0, 500))}`);
    left = afterBody(left.slice(found[0].length), Number(found[1]), found[2] ?? "");
  }
}

function afterBody(sent: string, status: number, fields: string): string {
  if (status < 200 || status === 204 || status === 304) return sent;
  // An answer to HEAD has the fields of a body, and none.
  if (sent.startsWith(start)) return sent;
  if (/^transfer-encoding: ?chunked\r$/im.test(fields)) return afterChunks(sent);
  const length = /^content-length: ?(\d+)\r$/im.exec(fields)?.[1];
  // Without a length the body goes on until the connection closes.
  return length === undefined ? "" : sent.slice(Number(length));
}

function afterChunks(sent: string): string {
  let left = sent;
  while (left !== "") {
    const found = chunk.exec(left);
    if (!found) {
      // Broken off within a chunk's first line.
      if (/^[0-9a-f]*\r?$/i.test(left)) return "";
      throw new Error(`this is no chunk: ${JSON.stringify(left.slice(0, 200))}`);
    }
    const size = Number.parseInt(found[1] ?? "0", 16);
    const end = found[0].length + size;
    if (left.length < end + 2) return "";
    if (left.slice(end, end + 2) !== "\r\n") throw new Error("a chunk does not end with a line break");
    left = left.slice(end + 2);
    if (size === 0) return left;
  }
  return left;
}
