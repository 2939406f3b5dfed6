import { describe, expect, test } from "vitest";
import { parseSettings } from "../../bench/settings.ts";

describe("options of the bench", () => {
  test("scenarios and peers may be given more than once", () => {
    const settings = parseSettings(["--scenario", "hello", "--scenario", "echo", "--peer", "Islet", "--rounds", "7"]);
    expect(settings).toMatchObject({ scenarios: ["hello", "echo"], peers: ["Islet"], rounds: 7, quick: false });
  });

  test("a quick run never overwrites the real results", () => {
    expect(() => parseSettings(["--quick"])).toThrow("--out");
  });

  test.each([["--rounds", "0"], ["--rounds", "1e9"], ["--seconds", "ten"], ["--nonsense"]])(
    "%s %s is refused",
    (...args) => {
      expect(() => parseSettings(args)).toThrow(TypeError);
    },
  );
});
