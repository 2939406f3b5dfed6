/** What comes behind the headers of a request: the client's address, port and version of HTTP. */
const mark = "\0";

export function fieldsOf(head: string): string {
  const end = head.indexOf(mark);
  return end < 0 ? head : head.slice(0, end);
}

/** Properties of `request.cf`. By the names that Workers have for them; those that nobody knows here are not there. */
export function clientProperties(head: string, acceptEncoding: string | null): object {
  const start = head.indexOf(mark);
  const [clientAddress, port, version] = start < 0 ? [] : head.slice(start + 1).split("\n");
  return {
    ...(clientAddress !== undefined && { clientAddress, clientPort: Number(port), httpProtocol: `HTTP/${version}` }),
    ...(acceptEncoding !== null && { clientAcceptEncoding: acceptEncoding }),
  };
}
