import type { Config } from "../config.ts";
import { tokenPath } from "../control/token.ts";
import type { RunningSupervisor } from "../processes/supervisor.ts";

/** What a person wants to know of a server that has just come up. */
export function banner(server: Pick<RunningSupervisor, "url" | "controlUrl" | "samples">, config: Config): string {
  const { url, controlUrl, samples } = server;
  const lines = [
    "Islet is ready.",
    `  functions    ${url}`,
    `  control API  ${controlUrl}  (described by ${controlUrl}/v1/openapi.json)`,
    `  token        ${config.token === null ? `in ${tokenPath(config.dataDir)}` : "as configured"}`,
  ];
  if (samples.length > 0) lines.push("Samples:");
  const width = Math.max(...samples.map(({ name }) => name.length));
  for (const { name, urls } of samples) lines.push(`  ${name.padEnd(width)}  ${urls.join("  ")}`);
  return `${lines.join("\n")}\nCtrl-C ends it.\n`;
}
