import { createServer } from "node:net";
import { StartError } from "../core/start-error.ts";

/**
 * Makes sure that nobody listens on a port. The fronts share theirs, so the system would not tell
 * when another server shares it too. Port 0 is always free.
 *
 * @throws StartError that names the setting to change.
 */
export async function probePort(host: string, port: number, setting: string): Promise<void> {
  if (port === 0) return;
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port }, resolve);
    });
  } catch (error) {
    throw listenError(error, host, port, setting);
  }
  await new Promise((resolve) => server.close(resolve));
}

/** The error of a failed `listen` in words for the operator. */
export function listenError(error: unknown, host: string, port: number, setting: string): StartError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const why =
    code === "EADDRINUSE"
      ? "is in use by another process"
      : code === "EACCES"
        ? "may not be opened by this user"
        : code === "EADDRNOTAVAIL" || code === "ENOTFOUND"
          ? "is not an address of this machine"
          : `cannot be opened (${code ?? String(error)})`;
  return new StartError(`${host}:${port} ${why}; choose another with ${setting}`, { cause: error });
}
