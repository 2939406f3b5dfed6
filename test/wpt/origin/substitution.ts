/**
 * The tests' server fills in templates in files named `.sub.`: the host, ports and so on that it listens on. Ours has
 * one address, which stands for all of them.
 */
export function substituted(text: string, { protocol, hostname, port }: URL): string {
  return text.replaceAll(/\{\{([^}]*)\}\}/g, (whole, expression: string) => {
    const [name = ""] = expression.split("[");
    if (name === "host" || name === "hosts" || name === "domains") return hostname;
    if (name === "ports") return port;
    if (expression === "location[server]") return `${protocol}//${hostname}:${port}`;
    if (expression === "location[host]") return `${hostname}:${port}`;
    if (expression === "location[scheme]") return protocol.slice(0, -1);
    return whole;
  });
}
