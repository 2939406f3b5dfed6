import type { Bundle, LiveFunction, Program } from "../core/deployment.ts";
import { IsletError } from "../core/errors.ts";
import { egressEnv } from "./egress-env.ts";
import type { Engine } from "./engine.ts";
import { runnerArguments, writeFunction } from "./function-directory.ts";
import { lambdaEnv } from "./lambda-env.ts";
import type { RunnerPlan } from "./runner-plan.ts";
import { type Foundation, foundationOf, type SourceParts } from "./source-program.ts";
import type { Workshop } from "./workshop.ts";

type OtherImage = Exclude<Program["image"], { from: "base" }>;

/** What programs expect where an image says nothing else. */
const usualEnv = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/tmp",
};
/** Of the runner's own Node, which keeps little. */
const heapMb = 48;

/**
 * A program in an image that somebody else made: the runner starts in place of what the image says, with a Node
 * that is mounted, and starts that as its child.
 */
export async function planProgram(
  bundle: Bundle,
  program: Program,
  directory: string,
  workshop: Workshop,
  engine: Engine,
  { name: functionName, versionId }: Pick<LiveFunction, "name" | "versionId">,
): Promise<RunnerPlan> {
  const { image: from } = program;
  const parts = { bundle, program, directory, workshop, engine, functionName };
  const [image, runner, node] = await Promise.all([
    from.from === "base" ? foundationOf(from.language, parts) : imageOf(from, versionId, parts),
    workshop.runner("gateway"),
    workshop.portableNode(),
  ]);
  // The context of a build is in the image, as far as its Dockerfile says so.
  const written = from.from === "dockerfile" ? { ...bundle, modules: [] } : bundle;
  await writeFunction(written, directory, describe(bundle, program, image));
  return {
    ...{ image: image.id, kind: "program", writable: image.volumes },
    command: [...node.command, `--max-old-space-size=${heapMb}`, ...runnerArguments.gateway],
    // What the image sets is for its program: NODE_OPTIONS or LD_PRELOAD would change the runner.
    env: image.env.map((variable) => `${nameOf(variable)}=`),
    mounts: new Map([["/islet/runner", runner], [node.mountedAt, node.directory], ...image.mounts]),
  };
}

async function imageOf(image: OtherImage, versionId: string, parts: SourceParts): Promise<Foundation> {
  const { engine, workshop, program, bundle, functionName } = parts;
  // Built at the deploy, and anew when somebody has removed it since.
  const built = image.from === "dockerfile";
  const name = built ? await workshop.builds.image(engine, versionId, bundle, () => undefined) : image.id;
  const found = await engine.image(name);
  if (!found) throw new IsletError("container_failed", `the container engine has the image ${name} no more`);
  if (program.protocol !== "lambda") return { ...found, mounts: [] };
  // An image's command is the handler there: runtimes find it in their arguments or in the environment.
  const handler = (program.command ?? found.argv).at(-1);
  const env = [...lambdaEnv({ functionName, limits: bundle.limits, handler }), ...found.env];
  return { ...found, env, mounts: [] };
}

/** What runtime-api/runners/gateway reads. */
function describe({ env, limits }: Bundle, { protocol, port, command }: Program, image: Foundation): object {
  const argv = image.argvOf?.(command) ?? command ?? image.argv;
  if (argv.length === 0) {
    throw new IsletError("program_failed", "The image names nothing to start; say what with command.");
  }
  const imageEnv = image.env.map((variable) => [nameOf(variable), variable.slice(nameOf(variable).length + 1)]);
  const all = { ...usualEnv, ...egressEnv, ...Object.fromEntries(imageEnv), ...env };
  return { protocol, port, argv, folder: image.folder, wallMs: limits.wallMs, env: all };
}

function nameOf(variable: string): string {
  return variable.split("=", 1)[0] ?? variable;
}
