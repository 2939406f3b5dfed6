/** On the container's loopback, where its runner listens for what is to go out. */
export const egressPort = 3128;

const proxy = `http://127.0.0.1:${egressPort}`;

/** Has whatever speaks HTTP take the one way out that there is. */
export const egressEnv: Readonly<Record<string, string>> = {
  ...{ HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy },
  ...{ NO_PROXY: "localhost,127.0.0.1", no_proxy: "localhost,127.0.0.1" },
  // Node's fetch and node:http heed them only then.
  NODE_USE_ENV_PROXY: "1",
};
