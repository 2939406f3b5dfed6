import { bodyLimit } from "hono/body-limit";
import { IsletError } from "../core/errors.ts";

const mostBytes = 16 * 1024;

/** For routes that take a little JSON and no upload. */
export const smallBody = bodyLimit({
  maxSize: mostBytes,
  onError: () => {
    throw new IsletError("upload_too_large", `The body is larger than ${mostBytes} bytes.`);
  },
});
