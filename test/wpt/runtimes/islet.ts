import packageJson from "../../../package.json" with { type: "json" };
import { defaultMaxLimits } from "../../../src/core/limits.ts";
import { reachOrigins } from "../../e2e/origin.ts";
import { TestServer } from "../../e2e/server.ts";
import type { TestReport } from "../test-module.ts";
import type { Runtime } from "./runtime.ts";

/** Each test is a function that is deployed, asked once, and deleted. */
export async function isletRuntime(): Promise<Runtime> {
  const server = await TestServer.start(reachOrigins);
  let last = 0;
  return {
    name: "Islet",
    version: packageJson.version,
    async run(source) {
      const name = `wpt-${++last}`;
      const uploaded = await server.upload(name, source, { limits: defaultMaxLimits });
      if (uploaded.status !== 201) return { subtests: [], error: uploaded.text };
      const answer = await server.send(`/fn/${name}/`);
      await server.control("DELETE", `/v1/functions/${name}`);
      if (answer.status !== 200) return { subtests: [], error: answer.text };
      return answer.json() as TestReport;
    },
    stop: () => server.stop(),
  };
}
