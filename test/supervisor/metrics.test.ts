import { expect, test } from "vitest";
import { SupervisorMetrics } from "../../src/supervisor/metrics.ts";
import { RunDirectory } from "../../src/supervisor/run-directory.ts";
import { bearFront, bearPool, frontSettings, liveFunction } from "./births.ts";

test("one page has the supervisor's figures and the children's, added up, and survives nonsense", async () => {
  const directory = new RunDirectory();
  const metrics = new SupervisorMetrics({
    ready: (kind) => (kind === "front" ? 2 : 1),
    places: (kind) => (kind === "front" ? 3 : 4),
    load: () => ({ front: 0.5, pool: 0.25 }),
    quarantined: () => 3,
  });
  const fronts = [bearFront(), bearFront()];
  for (const front of fronts) {
    const settings = frontSettings(front.id, 1);
    front.send({ type: "start", settings, functions: [liveFunction("a", "1")], list: { pools: [], closed: [] } });
  }
  const silent = bearFront("mute");
  // Its answer to `metrics` has not the form of metrics.
  const pool = bearPool(directory);
  const children = [...fronts, silent, pool];
  silent.kill("stopped");
  await Promise.all([silent.dead, ...fronts.map((front) => front.ready), pool.ready]);

  metrics.born("front");
  metrics.died("pool", "crashed");
  metrics.blamed("hello");
  metrics.blamed(null);
  metrics.shifted("front");
  const page = await metrics.page(children, 10_000);
  expect(page.split("\n").filter((line) => line !== "" && !line.startsWith("#"))).toEqual([
    'islet_child_births_total{kind="front"} 1',
    'islet_child_deaths_total{kind="pool",reason="crashed"} 1',
    'islet_pool_deaths_blamed_total{function="hello"} 1',
    'islet_pool_deaths_blamed_total{function="(other)"} 1',
    'islet_process_shifts_total{to="front"} 1',
    "islet_quarantined_versions 3",
    'islet_children_ready{kind="front"} 2',
    'islet_children_ready{kind="pool"} 1',
    'islet_processes{kind="front"} 3',
    'islet_processes{kind="pool"} 4',
    'islet_process_load{kind="front"} 0.5',
    'islet_process_load{kind="pool"} 0.25',
    'known{a="1",pools=""} 2',
  ]);

  await Promise.all([...fronts, pool].map((child) => child.drain(10_000)));
  directory.remove();
});
