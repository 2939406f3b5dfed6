import { expect } from "vitest";
import { type Answer, type Send, TestServer } from "../e2e/server.ts";
import { untilReady } from "../e2e/until.ts";
import type { Attack, FunctionAttack } from "./attack.ts";
import { askGood, deployGood, GoodLoad, secret } from "./good-load.ts";
import type { IsolationMode } from "./modes.ts";
import { RawClient } from "./raw-client.ts";

/** Small, so that going past them does not take long. */
const limits = { cpuMs: 50, memoryMb: 32, wallMs: 6_000 };

/** pino's number for it. */
const error = 50;

/** What tells of the machine that Islet runs on. */
const hostDetail = /\/tmp\/|node_modules|\/src\/\w+\/|file:\/\/|node:internal|<isolated-vm/;

/** A server with a good function, and one attack on it. */
export class Field {
  readonly server: TestServer;
  /** Of the hostile function. */
  readonly name: string;
  readonly #mode: IsolationMode["name"];
  readonly #answers: Answer[] = [];
  readonly #firstLine: number;

  constructor(server: TestServer, name: string, mode: IsolationMode) {
    this.server = server;
    this.name = name;
    this.#mode = mode.name;
    this.#firstLine = server.logs.all.length;
  }

  /** A server on which hostile and good functions share one pool process, where the mode lets them. */
  static async prepare(mode: IsolationMode): Promise<TestServer> {
    const server = await TestServer.start({ ...mode.settings, POOLS: 1, WARM_MEMORY_MB: 2_048 });
    await deployGood(server);
    return server;
  }

  async send(path = `/fn/${this.name}/`, options: Send = {}): Promise<Answer> {
    const answer = await this.server.send(path, options);
    this.#answers.push(answer);
    return answer;
  }

  async upload(...[modules, manifest]: UploadArguments): Promise<Answer> {
    const answer = await this.server.upload(this.name, modules, {
      ...manifest,
      limits: { ...limits, ...manifest?.limits },
    });
    this.#answers.push(answer);
    return answer;
  }

  /** Uploads what must be accepted. */
  async deploy(...args: UploadArguments): Promise<void> {
    const answer = await this.upload(...args);
    expect([200, 201], answer.text).toContain(answer.status);
  }

  async control(method: string, path: string, options: Omit<Send, "method"> = {}): Promise<Answer> {
    const answer = await this.server.control(method, path, options);
    this.#answers.push(answer);
    return answer;
  }

  /** Uploads a body as it is. */
  put(body: string | Uint8Array, headers: Readonly<Record<string, string>>): Promise<Answer> {
    return this.control("PUT", `/v1/functions/${this.name}`, { headers, body });
  }

  connect(): Promise<RawClient> {
    return RawClient.connect(this.server.url);
  }

  connectControl(): Promise<RawClient> {
    return RawClient.connect(this.server.controlUrl);
  }

  /** Attacks under the good function's load, and checks what must hold of every attack. */
  async run(attack: Attack): Promise<void> {
    const { server } = this;
    await askGood(server);
    const load = await GoodLoad.start(server);
    const mayEndFront = this.#mode === "none" && attack.severity === "process";
    const [attacked] = await Promise.allSettled([
      "source" in attack ? this.#attackWith(attack, mayEndFront) : attack.act(this),
    ]);
    await load.stop((error) => mayEndFront && isWithoutFront(error));
    if (attacked.status === "rejected") throw attacked.reason;
    if (mayEndFront) await this.#frontIsBack();
    await this.#asBefore();
    this.#checkDeaths(attack);
    this.#checkLeaks();
  }

  /** No process died but what the attack may take with it, and its version is named for that. */
  #checkDeaths({ severity }: Attack): void {
    const deaths = this.server.logs.all
      .slice(this.#firstLine)
      .filter(({ process, child, level }) => process === "supervisor" && child !== undefined && Number(level) >= error);
    const allowed = deaths.filter(({ child, version, reason }) => {
      if (!String(child).startsWith(this.#mode === "none" && version !== "check" ? "front-" : "pool-")) return false;
      // The spare, which nobody's requests run in.
      if (version === "check" || reason === "check_timeout") return true;
      return severity === "process" && String(version).startsWith(`${this.name}@`);
    });
    expect(deaths, "processes that died").toEqual(allowed);
  }

  /** Its connections to clients are gone with it; whoever comes next finds another in its place. */
  async #frontIsBack(): Promise<void> {
    await untilReady(this.server);
  }

  /** @param mayEndFront the front may go with the attack, and all its connections. */
  async #attackWith(
    { source, manifest, times = 1, request = {}, expectation }: FunctionAttack,
    mayEndFront: boolean,
  ): Promise<void> {
    const uploaded = await this.upload(source, manifest);
    const { answers, refused = [], body, death, log } = expectation;
    if (uploaded.status >= 300) {
      expect(refused, uploaded.text).toContain(uploaded.code);
      return;
    }
    expect(answers, `the upload must be refused with one of ${refused.join()}`).not.toEqual([]);
    const { path = "", ...options } = request;
    for (let i = 0; i < times; i++) {
      const answer = await this.#ask(`/fn/${this.name}/${path}`, options, mayEndFront);
      if (!answer && mayEndFront) {
        await this.#frontIsBack();
        continue;
      }
      expect(answers, answer?.text.slice(0, 500)).toContain(answer ? (answer.code ?? answer.status) : "broken");
      if (!answer) continue;
      if (answer.code !== undefined) await this.#explained(answer);
      else if (body) expect(answer.text).toMatch(body);
      await expectation.check?.(answer, this);
    }
    if (death) await this.server.logs.find({ isolate: new RegExp(`^${this.name}@`), reason: death });
    if (log) await this.server.logs.find({ function: this.name, msg: log });
  }

  /** Undefined when the answer breaks off. */
  async #ask(path: string, options: Send, mayEndFront: boolean): Promise<Answer | undefined> {
    try {
      return await this.send(path, options);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "UND_ERR_SOCKET") return undefined;
      if (mayEndFront && isWithoutFront(error)) return undefined;
      throw error;
    }
  }

  /** An error answer says what it was, and the log says it under the same request's id. */
  async #explained(answer: Answer): Promise<void> {
    const { error } = answer.json() as { error: Record<string, string> };
    expect(error).toMatchObject({ message: expect.stringMatching(/./), hint: expect.stringMatching(/./) });
    const line = await this.server.logs.find({ requestId: error.requestId, code: error.code });
    expect(line).toMatchObject({ function: this.name, status: answer.status });
  }

  async #asBefore(): Promise<void> {
    const { server } = this;
    await askGood(server);
    for (const url of [server.url, server.controlUrl]) {
      expect((await fetch(`${url}/readyz`)).status, `${url}/readyz`).toBe(200);
    }
    const list = (await server.control("GET", "/v1/functions")).json() as { functions: { name: string }[] };
    const names = list.functions.map(({ name }) => name);
    expect(names).toContain("good");
    expect(names.filter((name) => name !== "good" && name !== this.name)).toEqual([]);
    if (names.includes(this.name)) {
      expect((await server.control("DELETE", `/v1/functions/${this.name}`)).status).toBe(204);
    }
  }

  #checkLeaks(): void {
    for (const { text, headers } of this.#answers) {
      const shown = JSON.stringify(headers) + text;
      expect(shown).not.toContain(secret);
      expect(shown).not.toMatch(hostDetail);
    }
    for (const line of this.server.logs.all.slice(this.#firstLine)) {
      // Where Islet itself failed, the operator's line has a stack in `err`.
      const shown = JSON.stringify({ ...line, err: undefined });
      expect(shown).not.toContain(secret);
      if (line.function === this.name) expect(shown).not.toMatch(hostDetail);
    }
  }
}

/** The connection broke, or there was nobody to connect to. */
function isWithoutFront(error: unknown): boolean {
  const { code = "" } = error as NodeJS.ErrnoException;
  return ["UND_ERR_SOCKET", "ECONNRESET", "ECONNREFUSED"].includes(code);
}

type UploadArguments = readonly [FunctionAttack["source"], FunctionAttack["manifest"]?];
