import type { ModuleType } from "../core/deployment.ts";
import type { ErrorBody } from "../core/errors.ts";
import { withEsbuild } from "../core/esbuild-service.ts";

export interface DeployedSample {
  readonly name: string;
  readonly urls: readonly string[];
}

/** The part of the control API's app that deploys. */
interface ControlApp {
  request(path: string, init: RequestInit): Response | Promise<Response>;
}

const mediaTypes: Record<ModuleType, string> = {
  esm: "text/javascript",
  wasm: "application/wasm",
  text: "text/plain",
  json: "application/json",
  data: "application/octet-stream",
};

/**
 * Builds the samples and deploys each by the same upload that anybody makes. One that runs in a container is
 * left out, and `onLeftOut` told why, when this machine has no engine, or not what the image is made of.
 *
 * @throws Error when one does not build or is refused.
 */
export async function deploySamples(
  api: ControlApp,
  token: string,
  onLeftOut: (name: string, message: string) => void,
): Promise<DeployedSample[]> {
  const { buildSamples, runsInContainer } = await import("../../samples/build.ts");
  const deployed: DeployedSample[] = [];
  for (const { name, manifest, modules } of await withEsbuild(buildSamples)) {
    const body = new FormData();
    body.set("manifest", new Blob([JSON.stringify(manifest)], { type: "application/json" }));
    for (const module of modules) {
      body.set(module.name, new Blob([Uint8Array.from(module.bytes)], { type: mediaTypes[module.type] }), module.name);
    }
    const headers = { authorization: `Bearer ${token}` };
    const response = await api.request(`/v1/functions/${name}`, { method: "PUT", headers, body });
    if (!response.ok) {
      const { error } = (await response.json()) as ErrorBody;
      if (runsInContainer(manifest)) {
        onLeftOut(name, error.message);
        continue;
      }
      throw new Error(`the sample ${name} was refused: ${error.code}: ${error.message}`);
    }
    const { urls } = (await response.json()) as { urls: string[] };
    deployed.push({ name, urls });
  }
  return deployed;
}
