import type { RunningSupervisor } from "./supervisor.ts";

/** On Ctrl-C a terminal signals all its processes, and npm then passes its own signal on to what it has started. */
const echoMs = 500;

/**
 * Ends the process with a server: the first SIGTERM or SIGINT drains it, as soon as it is up, and
 * exits with 0; the second kills what is left. A failed start is its caller's to tell.
 */
export function stopOnSignals(server: RunningSupervisor | Promise<RunningSupervisor>): void {
  let running: RunningSupervisor | undefined;
  let first: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;
  const stop = () => {
    running?.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`islet: stopping failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  const onSignal = (signal: NodeJS.Signals) => {
    const at = performance.now();
    if (!first) {
      first = { signal, at };
      stop();
    } else if (signal === first.signal && at - first.at < echoMs) {
      return;
    } else if (running) {
      void running.kill();
    } else {
      // The children end with this process.
      process.exit(1);
    }
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  process.on("SIGHUP", onSignal);
  const started = (up: RunningSupervisor) => {
    running = up;
    if (first) stop();
  };
  if (server instanceof Promise) server.then(started, () => undefined);
  else started(server);
}
