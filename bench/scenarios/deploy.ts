import { islet, type RunningIslet, startIslet } from "../peers/islet.ts";
import type { Scenario } from "../scenario.ts";
import { quantile } from "../statistics.ts";

const bundleBytes = 100 * 1024;

export const deploy: Scenario = {
  name: "deploy",
  title: "Deploy of a 100 KB bundle until it is live on all fronts",
  quick: true,
  main: "p50Ms",
  takes: (peer) => peer === islet,
  async run(_, settings) {
    const running = await startIslet([]);
    try {
      await deployMs(running, 0);
      const times: number[] = [];
      for (let version = 1; version <= settings.deploys; version++) times.push(await deployMs(running, version));
      return [{ peer: running.name, round: 0, values: { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) } }];
    } finally {
      await running.stop();
    }
  },
};

/** Milliseconds until the call answered, after which the very next request must see this version. */
async function deployMs(running: RunningIslet, version: number): Promise<number> {
  const source = bundle(version);
  const start = performance.now();
  await running.deploy("big", source);
  const ms = performance.now() - start;
  const answer = await fetch(running.url("big"), { signal: AbortSignal.timeout(10_000) });
  const text = await answer.text();
  if (text !== `version ${version}`) throw new Error(`version ${version} was deployed, but the answer is: ${text}`);
  return ms;
}

/** A module of 100 KB, most of it functions that are parsed and not called, as in a real bundle. */
function bundle(version: number): string {
  const main = `export default { fetch() { return new Response("version ${version}"); } };\n`;
  let library = "";
  for (let i = 0; main.length + library.length < bundleBytes; i++) {
    library += `export function part${i}(items, limit = ${i}) {
  const kept = items.filter((item) => item.size > limit && item.name !== "part ${i}");
  return kept.map(({ name, size }) => ({ name, size, share: size / kept.length }));
}
`;
  }
  return main + library;
}
