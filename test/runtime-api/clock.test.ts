import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { inside } from "./like-node.ts";

const spin = "for (let i = 0, n = 0; i < 3e7; i++) n += i;";

describe("clocks stand still between I/O", () => {
  test.each([
    ["Date.now()", "Date.now()"],
    ["new Date()", "new Date().getTime()"],
    ["Date()", "Date()"],
    ["performance.now()", "performance.now()"],
    ["a mark", "performance.mark('x').startTime"],
    ["timeStamp", "new Event('x').timeStamp"],
    ["format", "new Intl.DateTimeFormat('en', { fractionalSecondDigits: 3, second: 'numeric' }).format()"],
    [
      "formatToParts",
      "new Intl.DateTimeFormat('en', { fractionalSecondDigits: 3 }).formatToParts().map((it) => it.value).join('')",
    ],
    ["what constructor leads to", "new (new Date(0).constructor)().getTime()"],
    ["Reflect.construct", "Date.prototype.getTime.call(Reflect.construct(Date, [], Object))"],
  ])("%s", async (_, clock) => {
    const code = `const first = ${clock}; ${spin} return [first === ${clock}, typeof first];`;
    expect(await inside(await guest(), code)).toEqual([true, expect.not.stringMatching("undefined")]);
  });

  test("and go on with it", async () => {
    const code = `const before = [Date.now(), performance.now(), new Date().getTime()];
      await new Promise((done) => setTimeout(done, 20));
      return [Date.now(), performance.now(), new Date().getTime()].map((it, i) => it - before[i] >= 15 && it - before[i] < 10_000);`;
    expect(await inside(await guest(), code)).toEqual([true, true, true]);
  });

  test("reading them without end is told to the host, once", async () => {
    const it = await guest();
    await it.run("for (let i = 0; i < 100_000; i++) Date.now();");
    expect(it.host.logs).toEqual([]);
    await it.run("for (let i = 0; i < 200_000; i++) performance.now();");
    expect(it.host.logs.map(({ text }) => text)).toEqual(["probed clock"]);
    expect(it.host.calls.filter((name) => name === "date" || name === "now").length).toBeLessThan(5);
  });
});

test("Date is what it was otherwise", async () => {
  const code = `class Own extends Date { year() { return this.getUTCFullYear(); } }
    function Old() {} Old.prototype = Object.create(Date.prototype);
    const own = new Own(2020, 5), at = new Date("2020-01-02T03:04:05.678Z"), throwing = { valueOf() { throw new RangeError(); } };
    return [own.year(), own instanceof Own, own instanceof Date, Object.getPrototypeOf(Own) === Date, Reflect.construct(Date, [0], Old) instanceof Old,
      Date.name, Date.length, Date.prototype.constructor === Date, Object.getOwnPropertyNames(Date).toSorted().join(), at.getTime(), Date.UTC(2020, 0), Date.parse("1970"),
      JSON.stringify({ at }), structuredClone(at) instanceof Date, structuredClone(at).getTime() === at.getTime(), new Date(at).getTime() === at.getTime(),
      new Date({ valueOf: () => 5 }).getTime(), new Date({ valueOf: () => "1970" }).getTime(), new Date({ [Symbol.toPrimitive]: (hint) => hint.length }).getTime(),
      new Date(NaN).getTime(), new Date(undefined).getTime(), new Date(2020, 0, 1).getTime() === new Date(2020, 0).getTime(), typeof Date(0), thrown(() => new Date(throwing)),
      thrown(() => new Date(Symbol())), thrown(() => new Date(1n)), new Date(null).getTime(), new Date(true).getTime(), new Date(0, { valueOf: () => 3 }).getMonth(),
      Object.prototype.toString.call(at), typeof Temporal, Object.getOwnPropertyDescriptor(globalThis, "Date").enumerable,
      Object.getOwnPropertyDescriptor(Date, "prototype").writable, new Date(at.toString()).getTime()];`;
  // What it gives in Node itself, where nothing stands still.
  const expected = await new Function("thrown", "structuredClone", `return (async () => { ${code} })()`)(
    (run: () => unknown) => {
      try {
        run();
        return "nothing";
      } catch (error) {
        return (error as Error).name;
      }
    },
    structuredClone,
  );
  expect(await inside(await guest(), code)).toEqual(JSON.parse(JSON.stringify(expected)));
});

test("a format goes by its argument, and is one function", async () => {
  const code = `const format = new Intl.DateTimeFormat("en", { timeZone: "UTC", dateStyle: "short" });
    return [format.format(0), format.format === format.format, format.format.length, format.formatToParts(0)[0].value, format.format.name,
      thrown(() => Object.getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, "format").get.call({}))];`;
  expect(await inside(await guest(), code)).toEqual(["1/1/70", true, 1, "1", "", "TypeError"]);
});
