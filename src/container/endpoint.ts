import { EngineUnreachable } from "./engine-errors.ts";

const unixScheme = "unix://";

/**
 * The path of the engine's socket by DOCKER_HOST's syntax.
 * @throws EngineUnreachable for what is no unix socket: functions' files are handed over by mounts, which
 *   an engine on another machine does not see.
 */
export function socketPathOf(dockerHost: string): string {
  const path = dockerHost.startsWith(unixScheme) ? dockerHost.slice(unixScheme.length) : "";
  if (!path.startsWith("/")) {
    throw new EngineUnreachable(`the container engine's address ${dockerHost} is none of the form unix:///path`);
  }
  return path;
}
