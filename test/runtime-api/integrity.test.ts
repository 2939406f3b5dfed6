import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { inside } from "./like-node.ts";

describe("integrity", () => {
  test.each([
    ["sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", "abc"],
    ["sha256-ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0 sha256-AAAA", "abc"],
    ["md5-nothing that counts", "abc"],
    ["sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0= sha512-AAAA", "TypeError"],
    ["sha256-AAAA", "TypeError"],
  ])("%s", async (integrity, expected) => {
    expect(
      await inside(
        await guest(),
        `return await fetch("data:,abc", { integrity: ${JSON.stringify(integrity)} }).then((r) => r.text(), (error) => error.name);`,
      ),
    ).toBe(expected);
  });
});
