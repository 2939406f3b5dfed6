import autocannon from "autocannon";
import { type Load, type LoadResult, pathOf } from "./load.ts";

// A process of its own, so that the generator's work is not the bench's.
const { urls, connections, seconds, body, rate }: Load = JSON.parse(process.env.BENCH_LOAD ?? "{}");

const { requests, duration, latency, errors, non2xx } = await autocannon({
  url: new URL(urls[0] ?? "").origin,
  connections,
  duration: Math.max(1, Math.round(seconds)),
  ...(rate !== undefined && { overallRate: rate }),
  requests: urls.map((url) => ({
    path: pathOf(url),
    ...(body === undefined
      ? { method: "GET" }
      : { method: "POST", body, headers: { "content-type": "application/json" } }),
  })),
});

const result: LoadResult = {
  requests: requests.total,
  requestsPerSecond: requests.total / duration,
  p50Ms: latency.p50,
  p99Ms: latency.p99,
  errors: errors + non2xx,
};
console.log(JSON.stringify(result));
