import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { usBetween } from "../../src/pool/wire/clock.ts";

const clock = fileURLToPath(new URL("../../src/pool/wire/clock.ts", import.meta.url));

test("a process that has just begun agrees with the machine's clock", () => {
  // Between two readings the machine may let others run: the nearest of many tells.
  const source = `
    const { machineUs } = await import(${JSON.stringify(clock)});
    let nearest = Infinity;
    for (let i = 0; i < 100; i++) {
      const us = Number((process.hrtime.bigint() / 1000n) % 2n ** 32n);
      nearest = Math.min(nearest, Math.abs(machineUs(performance.now()) - us));
    }
    console.log(nearest);`;
  const us = Number(execFileSync(process.execPath, ["--input-type=module", "--eval", source], { encoding: "utf8" }));
  expect(us).toBeLessThan(500);
});

test.each([
  ["later", 1_000, 1_500, 500],
  ["past the end of the numbers", 2 ** 32 - 100, 400, 500],
  ["earlier, as clocks of two processes may have it", 1_500, 1_000, 0],
])("what has passed: %s", (_, earlier, later, us) => {
  expect(usBetween(earlier, later)).toBe(us);
});
