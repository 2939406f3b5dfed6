import type { Limits } from "../core/limits.ts";

export interface LambdaEnvParts {
  readonly functionName: string;
  readonly limits: Limits;
  readonly handler?: string | undefined;
}

/** Where Lambda has a function's own files. */
export const taskRoot = "/var/task";

/** What functions on Lambda find in their environment (AWS Lambda Developer Guide, "Defined runtime environment variables"). */
export function lambdaEnv({ functionName, limits, handler }: LambdaEnvParts): string[] {
  const env = {
    ...(handler !== undefined && { _HANDLER: handler }),
    LAMBDA_TASK_ROOT: taskRoot,
    LAMBDA_RUNTIME_DIR: "/var/runtime",
    // Nobody's; a function may say another in its variables.
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(limits.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: "islet",
    TZ: ":UTC",
    LANG: "C.UTF-8",
  };
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}
