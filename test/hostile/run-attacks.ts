import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { TestServer } from "../e2e/server.ts";
import type { Attack } from "./attack.ts";
import { readAttacks } from "./attack-files.ts";
import { Field } from "./field.ts";
import { type IsolationMode, isolationModes } from "./modes.ts";

/** Guards against hanging only: no attack takes so long. The second allows for the end of a server that hangs. */
const guardMs = 40_000;
const timeoutMs = 80_000;

/** pino's number for it. */
const warning = 40;

/** Makes a test of each attack of some groups in each mode that it applies to, of those named. All of a mode meet the same server. */
export async function runAttacks(modes: readonly IsolationMode["name"][], groups: readonly string[]): Promise<void> {
  const attacks = (await Promise.all(groups.map(readAttacks))).flat();
  for (const mode of isolationModes().filter(({ name }) => modes.includes(name))) {
    const meant = attacks.filter((attack) => mode.meets(attack));
    if (meant.length === 0) continue;
    describe(`isolation: ${mode.name}`, () => {
      let server: TestServer | undefined;
      beforeEach(async () => {
        server ??= await Field.prepare(mode);
      });
      afterAll(() => server?.stop());

      const run = async (name: string, attack: Attack) => {
        if (!server) throw new Error("there is no server");
        try {
          await within(guardMs, new Field(server, name, mode).run(attack));
        } catch (error) {
          const told = server.logs.all
            .filter((line) => Number(line.level) >= warning)
            .map((line) => JSON.stringify(line));
          await retire();
          const message = error instanceof Error ? error.message : String(error);
          throw new Error(
            `${message}\nThe server's last warnings:\n${[...told.slice(0, 6), "…", ...told.slice(-4)].join("\n")}`,
            { cause: error },
          );
        }
      };
      /** What an attack got the better of is no place for the next. */
      const retire = async () => {
        const spoilt = server;
        server = undefined;
        await spoilt?.stop();
      };
      for (const { group, name, attack } of meant) {
        test(`${group}/${name}: ${attack.title}`, { timeout: timeoutMs }, () => run(name, attack));
      }
    });
  }
  test("each attack says what must hold", () => {
    for (const { attack } of attacks) expect(attack.holds).toMatch(/^\S.{15,}\.$/);
  });
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const guard = AbortSignal.timeout(ms);
  const late = new Promise<never>((_, reject) => {
    guard.addEventListener("abort", () => reject(new Error("the attack is not over")));
  });
  return await Promise.race([work, late]);
}
