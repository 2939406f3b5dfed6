import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Engine } from "../../src/container/engine.ts";
import { EngineUnreachable } from "../../src/container/engine-errors.ts";

const run = promisify(execFile);

/** Where one test run notes the engine that it started; set by the global set-up, which ends it. */
export const runNotesVariable = "TEST_RUN_OF_CONTAINERS";
const startMs = 60_000;
const installMs = 300_000;

/**
 * A real container engine for tests: the one that runs, else Debian's, installed if this is root's machine, and
 * started. Null when there is none to be had, which in CI is a failure.
 */
export async function engineForTests(): Promise<string | null> {
  const dockerHost = process.env.DOCKER_HOST || "unix:///var/run/docker.sock";
  if (await answers(dockerHost)) return dockerHost;
  try {
    await startOnce(dockerHost);
    return dockerHost;
  } catch (error) {
    if (process.env.CI) throw error;
    console.warn(`Tests with containers are skipped: ${(error as Error).message}`);
    return null;
  }
}

export async function answers(dockerHost: string): Promise<boolean> {
  const engine = new Engine(dockerHost);
  try {
    await engine.ping();
    return true;
  } catch (error) {
    if (error instanceof EngineUnreachable) return false;
    throw error;
  } finally {
    await engine.close();
  }
}

/** Several test files may come here at the same time: the first does it. */
async function startOnce(dockerHost: string): Promise<void> {
  const notes = process.env[runNotesVariable];
  if (!notes) throw new Error("the engine is started only in runs of vitest with its global set-up");
  if (process.getuid?.() !== 0) throw new Error("no container engine answers, and only root can start one");
  try {
    mkdirSync(join(notes, "engine"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return untilAnswers(dockerHost, () => !existsSync(join(notes, "failed")));
  }
  try {
    if (!(await isInstalled())) await install();
    const daemon = startDaemon(join(notes, "engine"));
    await untilAnswers(dockerHost, () => daemon.exitCode === null);
  } catch (error) {
    writeFileSync(join(notes, "failed"), String(error));
    throw error;
  }
}

async function untilAnswers(dockerHost: string, goesOn: () => boolean): Promise<void> {
  for (const endMs = performance.now() + startMs + installMs; performance.now() < endMs && goesOn(); ) {
    if (await answers(dockerHost)) return;
    await sleep(100);
  }
  throw new Error("the container engine did not start");
}

async function isInstalled(): Promise<boolean> {
  return ["/usr/sbin/dockerd", "/usr/bin/dockerd", "/usr/local/bin/dockerd"].some((path) => existsSync(path));
}

async function install(): Promise<void> {
  const options = { timeout: installMs, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  await run("apt-get", ["update", "-qq"], options);
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "docker.io"], options);
}

/** It outlives this process, and is ended with the whole run. */
function startDaemon(folder: string): ChildProcess {
  const log = openSync(logOf(folder), "a");
  const daemon = spawn("dockerd", ["--pidfile", join(folder, "pid"), "--log-level", "warn"], {
    detached: true,
    stdio: ["ignore", log, log],
  });
  daemon.unref();
  return daemon;
}

function logOf(folder: string): string {
  return join(folder, "log");
}

/** Ends what `startDaemon` has started in this run, if it has. */
export async function stopStartedEngine(notes: string): Promise<void> {
  const folder = join(notes, "engine");
  const pidFile = join(folder, "pid");
  if (existsSync(pidFile)) {
    const pid = Number(readFileSync(pidFile, "utf8"));
    // What the tests needed of it they have had or failed for; that it died all the same should not go unseen.
    if (!existsSync(`/proc/${pid}`)) console.warn(`The tests' engine died:\n${readFileSync(logOf(folder), "utf8")}`);
    else process.kill(pid, "SIGTERM");
    while (existsSync(`/proc/${pid}`)) await sleep(50);
  }
  rmSync(notes, { recursive: true, force: true });
}
