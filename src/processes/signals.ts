import type { RunningSupervisor } from "./supervisor.ts";

/**
 * Ends the process with a server: the first SIGTERM or SIGINT drains it, as soon as it is up, and
 * exits with 0; the second kills what is left. A failed start is its caller's to tell.
 */
export function stopOnSignals(server: RunningSupervisor | Promise<RunningSupervisor>): void {
  let running: RunningSupervisor | undefined;
  let stopping = false;
  const stop = () => {
    running?.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`islet: stopping failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  const onSignal = () => {
    if (!stopping) {
      stopping = true;
      stop();
    } else if (running) {
      void running.kill();
    } else {
      // The children end with this process.
      process.exit(1);
    }
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  const started = (up: RunningSupervisor) => {
    running = up;
    if (stopping) stop();
  };
  if (server instanceof Promise) server.then(started, () => undefined);
  else started(server);
}
