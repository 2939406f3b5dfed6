import { type Target, within } from "../target.ts";
import { FuzzedServer } from "./server.ts";

const answerMs = 20_000;
const headers = { "content-type": "multipart/form-data; boundary=XX" };

/** The body of an upload to the control API: a form with a manifest and modules. */
export const control: Target = {
  name: "control",
  dictionary: [
    ...["--XX\r\n", "--XX--\r\n", "\r\n\r\n", 'content-disposition: form-data; name="a.js"\r\n', "name=manifest"],
    ...['content-disposition: form-data; name="manifest"\r\n\r\n', "filename=", "content-type: application/wasm\r\n"],
    ...["import", "import.meta", "import(", "export default {", "fetch(){}", "from './a.js'", 'with { type: "json" }'],
    ...[
      '"env":{"__proto__":"x"}',
      '"routes":["*.x/*"]',
      '"limits":{"cpuMs":1e308}',
      '"main":"../a.js"',
      "\ud800",
      "\0",
    ],
    ...["`${", "/*", "//", "\u2028", "\xef\xbb\xbf", "<!--", "\\u{", "/[", "await ", "#!"],
  ],
  start: async () => {
    const fuzzed = await FuzzedServer.start();
    return {
      run: async (input) => {
        const upload = fuzzed.server.control("PUT", "/v1/functions/fuzzed", { headers, body: input });
        const answer = await within(answerMs, "an answer", upload);
        // 503: the process that checks uploads is just being replaced.
        if (answer.status >= 500 && answer.status !== 503) throw new Error(`the server failed: ${answer.text}`);
      },
      check: () => fuzzed.check(),
      close: () => fuzzed.server.stop(),
    };
  },
};
