import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { answers } from "./test-engine.ts";

const run = promisify(execFile);
const startMs = 60_000;

/** An engine beside the machine's, that a test may end and start as it likes. It has no network to give. */
export class OwnEngine {
  readonly dockerHost: string;
  readonly #folder: string;
  #daemon: ChildProcess | undefined;

  static async start(): Promise<OwnEngine> {
    const engine = new OwnEngine(await mkdtemp(join(tmpdir(), "islet-engine-")));
    await engine.up();
    return engine;
  }

  private constructor(folder: string) {
    this.#folder = folder;
    this.dockerHost = `unix://${join(folder, "docker.sock")}`;
  }

  async up(): Promise<void> {
    const at = (name: string) => join(this.#folder, name);
    const roots = ["--data-root", at("data"), "--exec-root", at("exec"), "--pidfile", at("pid")];
    const network = ["--bridge=none", "--iptables=false", "--ip-masq=false"];
    const settings = [...roots, ...network, "-H", this.dockerHost, "--log-level", "error"];
    // In a network of its own: an engine without a bridge removes that of the machine's engine.
    this.#daemon = spawn("unshare", ["--net", "dockerd", ...settings], { stdio: "ignore" });
    for (const untilMs = performance.now() + startMs; !(await answers(this.dockerHost)); await delay(50)) {
      if (performance.now() > untilMs || this.#daemon.exitCode !== null) throw new Error("the engine did not start");
    }
  }

  /** Its containers live on when it is killed, and end with it when it is told to. */
  async down(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const daemon = this.#daemon;
    if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const exited = once(daemon, "exit");
    daemon.kill(signal);
    await exited;
  }

  /** It takes calls and answers none, until it goes on. */
  hang(): void {
    this.#daemon?.kill("SIGSTOP");
  }

  goOn(): void {
    this.#daemon?.kill("SIGCONT");
  }

  async remove(): Promise<void> {
    this.goOn();
    await this.down("SIGTERM");
    // It mounts its own folder once more; one that was killed leaves that behind.
    await run("umount", ["--lazy", "--quiet", join(this.#folder, "data")]).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && typeof error.code === "number")) throw error;
    });
    await rm(this.#folder, { recursive: true, force: true });
  }
}
