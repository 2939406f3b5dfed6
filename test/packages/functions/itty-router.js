import { AutoRouter, cors, StatusError, withContent, withParams } from "itty-router";

const { preflight, corsify } = cors({ origin: "https://app.example", allowMethods: "PATCH" });
const router = AutoRouter({ before: [preflight, withParams], finally: [corsify] });

router
  .get("/items/:id?", ({ id, query }) => ({ id, query }))
  .post("/items", withContent, ({ content }) => content)
  .get("/files/:path+", ({ path }) => path)
  .get("/broken", () => {
    throw new StatusError(418, { reason: "a teapot" });
  })
  .get("/env", (_request, env, ctx) => ({ env, waits: typeof ctx.waitUntil }));

export default router;
