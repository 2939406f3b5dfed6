import { describe, expect, test } from "vitest";
import { parseH2load } from "../../bench/load/h2load.ts";
import { parseHey } from "../../bench/load/hey.ts";
import { parseWrk } from "../../bench/load/wrk.ts";

describe("what load generators write is read", () => {
  test("wrk's line of JSON among its own output", () => {
    const text = `Running 2s test\n\nRESULT {"requests":1000,"seconds":2.0,"p50Us":812.5,"p99Us":2500.0,"errors":3}\n`;
    expect(parseWrk(text)).toEqual({ requests: 1000, requestsPerSecond: 500, p50Ms: 0.8125, p99Ms: 2.5, errors: 3 });
  });

  test("wrk without a result is an error that shows what it said", () => {
    expect(() => parseWrk("unable to connect to 127.0.0.1:1")).toThrow("unable to connect");
  });

  test("h2load's log of requests, failed ones as errors", () => {
    const log = ["1000000\t200\t500", "1500000\t503\t1500", "2999000\t-1\t1000"].join("\n");
    expect(parseH2load(`${log}\n`)).toEqual({ requests: 3, requestsPerSecond: 1.5, p50Ms: 1, p99Ms: 1.5, errors: 2 });
  });

  test("hey's CSV, its header skipped", () => {
    const csv = [
      "response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset",
      "0.0004,0,0,0,0.0004,0,200,0.1",
      "0.0020,0,0,0,0.0020,0,502,0.2",
    ].join("\n");
    expect(parseHey(csv, 2)).toEqual({ requests: 2, requestsPerSecond: 1, p50Ms: 0.4, p99Ms: 2, errors: 1 });
  });
});
