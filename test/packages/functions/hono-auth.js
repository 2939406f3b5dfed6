import { Hono } from "hono";
import { basicAuth } from "hono/basic-auth";
import { bearerAuth } from "hono/bearer-auth";
import { every, except, some } from "hono/combine";
import { csrf } from "hono/csrf";
import { ipRestriction } from "hono/ip-restriction";
import { jwk } from "hono/jwk";
import { jwt, sign } from "hono/jwt";

const secret = "it is a secret of ours";

const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
const publicKey = { ...(await crypto.subtle.exportKey("jwk", keys.publicKey)), kid: "k1", alg: "ES256" };

const app = new Hono();
app.use("/basic", basicAuth({ username: "ada", password: "lovelace" }));
app.use("/bearer", bearerAuth({ token: "t0ken" }));
app.use("/jwt", jwt({ secret, alg: "HS256" }));
app.use("/jwk", jwk({ keys: [publicKey], alg: ["ES256"] }));
app.use("/csrf", csrf({ origin: "https://good.example" }));
app.use(
  "/ip",
  ipRestriction((c) => c.req.header("x-address"), { denyList: ["10.0.0.0/8"], allowList: [] }),
);
app.use("/some", some(bearerAuth({ token: "t0ken" }), basicAuth({ username: "ada", password: "lovelace" })));
app.use("/every", every(bearerAuth({ token: "t0ken" }), csrf({ origin: "https://good.example" })));
app.use("/except/*", except("/except/open", bearerAuth({ token: "t0ken" })));

app.get("/jwt", (c) => c.json(c.get("jwtPayload")));
app.get("/jwk", (c) => c.json(c.get("jwtPayload")));
app.get("/jwt-of/:name", async (c) => c.text(await sign({ sub: c.req.param("name") }, secret, "HS256")));
app.get("/jwk-of/:name", async (c) => {
  const key = { ...(await crypto.subtle.exportKey("jwk", keys.privateKey)), kid: "k1", alg: "ES256" };
  const token = await sign({ sub: c.req.param("name") }, key, "ES256");
  return app.request("/jwk", { headers: { authorization: `Bearer ${token}` } });
});
app.all("*", (c) => c.text("in"));

export default app;
