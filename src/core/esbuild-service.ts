import { stop } from "esbuild";

let users = 0;

/**
 * Runs work that calls esbuild, and ends the process that esbuild keeps for its calls (some 20 MB)
 * once nobody uses it any more. The next call starts another.
 */
export async function withEsbuild<Result>(work: () => Promise<Result>): Promise<Result> {
  users += 1;
  try {
    return await work();
  } finally {
    users -= 1;
    if (users === 0) await stop();
  }
}
