import { Pool } from "undici";
import { z } from "zod";
import { socketPathOf } from "../../src/container/endpoint.ts";

const inspected = z.object({
  State: z.object({ Pid: z.number(), Paused: z.boolean(), Running: z.boolean() }),
  NetworkSettings: z.object({ IPAddress: z.string() }),
});
const listed = z.array(z.object({ Id: z.string(), State: z.string() }));

/** What the bench asks the engine beside what Islet does. */
export class EngineCalls {
  readonly #pool: Pool;

  constructor(dockerHost: string) {
    this.#pool = new Pool("http://engine", { socketPath: socketPathOf(dockerHost) });
  }

  async inspect(id: string): Promise<z.output<typeof inspected>> {
    return inspected.parse(await this.#get(`/containers/${id}/json`));
  }

  async containersOf(functionName: string): Promise<z.output<typeof listed>> {
    const filters = JSON.stringify({ label: [`islet.function=${functionName}`] });
    return listed.parse(await this.#get(`/containers/json?all=true&filters=${encodeURIComponent(filters)}`));
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #get(path: string): Promise<unknown> {
    const { statusCode, body } = await this.#pool.request({ path, method: "GET" });
    if (statusCode !== 200) throw new Error(`the engine answered ${path} with ${statusCode}: ${await body.text()}`);
    return body.json();
  }
}
