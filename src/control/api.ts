import { OpenAPIHono } from "@hono/zod-openapi";
import { requestId } from "hono/request-id";
import { IsletError } from "../core/errors.ts";
import { requireToken } from "./auth.ts";
import type { ControlEnv } from "./context.ts";
import { Deployer } from "./deployer.ts";
import type { ControlDeps } from "./deps.ts";
import { answerError, errorHandler } from "./error-answers.ts";
import { functions } from "./functions.ts";
import { isolation } from "./isolation.ts";
import { manifestSchema } from "./manifest.ts";
import { operations } from "./operations.ts";
import { placement } from "./placement.ts";
import { putFunction } from "./put-function.ts";
import { tenants } from "./tenants.ts";
import { refuseInvalid } from "./validation.ts";
import { versions } from "./versions.ts";

const document = {
  openapi: "3.1.0",
  info: {
    title: "Islet control API",
    version: "1",
    description: "Deploys functions and says what is live. Every error has the same shape and a stable code.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
  servers: [{ url: "/" }],
};

/** The control API as an app that any server of fetch handlers can serve. */
export function createControlApi(deps: ControlDeps, deployer = new Deployer(deps)): OpenAPIHono<ControlEnv> {
  const app = new OpenAPIHono<ControlEnv>({ defaultHook: refuseInvalid });
  app.use(requestId());
  app.onError(errorHandler(deps.logger));
  app.notFound((c) =>
    answerError(c, new IsletError("not_found", `There is no ${c.req.path} here; see /v1/openapi.json.`)),
  );

  operations(app, deps);
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  app.openAPIRegistry.register("Manifest", manifestSchema);
  app.doc31("/v1/openapi.json", document);
  app.use("/v1/*", requireToken(deps.token));
  functions(app, deps, deployer);
  putFunction(app, deps, deployer);
  versions(app, deps, deployer);
  placement(app, deps);
  tenants(app, deps, deployer);
  isolation(app, deps);
  refuseOtherMethods(app);
  return app;
}

/** Behind all routes: a path that is there, asked with a method that is not. */
function refuseOtherMethods(app: OpenAPIHono<ControlEnv>): void {
  const methodsByPath = new Map<string, Set<string>>();
  for (const { method, path } of app.routes) {
    if (method === "ALL") continue;
    methodsByPath.set(path, (methodsByPath.get(path) ?? new Set()).add(method));
  }
  for (const [path, methods] of methodsByPath) {
    const allowed = [...methods, ...(methods.has("GET") ? ["HEAD"] : [])].join(", ");
    app.all(path, (c) => {
      c.header("allow", allowed);
      return answerError(
        c,
        new IsletError("method_not_allowed", `${c.req.path} takes ${allowed}, not ${c.req.method}.`),
      );
    });
  }
}
