import process from "node:process";
import type { NextInvocation } from "./runtime-client.ts";

/** What a handler gets as its second parameter. */
export interface Context {
  /** False: what is given to the callback is the answer at once, whatever still goes on. */
  callbackWaitsForEmptyEventLoop: boolean;
  readonly functionName: string | undefined;
  readonly functionVersion: string | undefined;
  /** A text, as it is there. */
  readonly memoryLimitInMB: string | undefined;
  readonly logGroupName: string | undefined;
  readonly logStreamName: string | undefined;
  readonly invokedFunctionArn: string;
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** The older ways to answer, which many handlers still know. */
export interface Completion {
  done(error: unknown, result?: unknown): void;
}

export function contextOf({ id, functionArn, deadlineMs }: NextInvocation, { done }: Completion): Context {
  const { env } = process;
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: functionArn,
    awsRequestId: id,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
  // They wait for nothing that still goes on.
  const atOnce = (error: unknown, result?: unknown) => {
    context.callbackWaitsForEmptyEventLoop = false;
    done(error, result);
  };
  return Object.assign(context, {
    done: atOnce,
    succeed: (result: unknown) => atOnce(null, result),
    fail: (error: unknown) => atOnce(error ?? "handled"),
  });
}
