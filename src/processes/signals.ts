import type { RunningSupervisor } from "./supervisor.ts";

/**
 * Ends the process with a server: the first SIGTERM or SIGINT drains it and exits with 0, the second
 * kills what is left.
 */
export function stopOnSignals(server: RunningSupervisor): void {
  let stopping = false;
  const onSignal = () => {
    if (stopping) {
      void server.kill();
      return;
    }
    stopping = true;
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`islet: stopping failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}
