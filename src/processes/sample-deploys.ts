import type { BuiltSample } from "../../samples/build.ts";
import type { BundleModule, ModuleType } from "../core/deployment.ts";
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
  const samples = await withEsbuild(buildSamples);
  const deployed = new Map<string, DeployedSample>();
  const deploy = async ({ name, manifest, modules }: BuiltSample) => {
    const answer = await api.request(`/v1/functions/${name}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}` },
      body: formOf(manifest, modules),
    });
    if (answer.ok) {
      const { urls } = (await answer.json()) as { urls: string[] };
      deployed.set(name, { name, urls });
      return;
    }
    const { error } = (await answer.json()) as ErrorBody;
    if (!runsInContainer(manifest)) throw new Error(`the sample ${name} was refused: ${error.code}: ${error.message}`);
    onLeftOut(name, error.message);
  };
  const inIsolates = async () => {
    for (const sample of samples) if (!runsInContainer(sample.manifest)) await deploy(sample);
  };
  // Containers take seconds to try what they run in: one after the other, that would be the time of all of them.
  await Promise.all([inIsolates(), ...samples.filter(({ manifest }) => runsInContainer(manifest)).map(deploy)]);
  return samples.flatMap(({ name }) => deployed.get(name) ?? []);
}

function formOf(manifest: object, modules: readonly BundleModule[]): FormData {
  const form = new FormData();
  form.set("manifest", new Blob([JSON.stringify(manifest)], { type: "application/json" }));
  for (const { name, type, bytes } of modules) {
    form.set(name, new Blob([Uint8Array.from(bytes)], { type: mediaTypes[type] }), name);
  }
  return form;
}
