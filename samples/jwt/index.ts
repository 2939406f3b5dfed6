import { errors, jwtVerify, SignJWT } from "jose";

interface Env {
  readonly SECRET: string;
}

const issuer = "islet-sample";
const lifetime = "2h";

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const key = new TextEncoder().encode(env.SECRET);
    const { pathname } = new URL(request.url);
    if (request.method === "POST" && pathname === "/token") return sign(request, key);
    if (request.method === "GET" && pathname === "/me") return verify(request, key);
    return Response.json({ error: "not_found" }, { status: 404 });
  },
};

async function sign(request: Request, key: Uint8Array): Promise<Response> {
  const subject = (await request.text()).trim();
  if (subject === "") return Response.json({ error: "no_subject" }, { status: 400 });
  const token = await new SignJWT({ scope: "sample" })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(subject)
    .setIssuer(issuer)
    .setIssuedAt()
    .setExpirationTime(lifetime)
    .sign(key);
  return Response.json({ token });
}

async function verify(request: Request, key: Uint8Array): Promise<Response> {
  const token = request.headers.get("authorization")?.replace(/^Bearer /i, "") ?? "";
  try {
    const { payload } = await jwtVerify(token, key, { issuer, algorithms: ["HS256"] });
    return Response.json({ subject: payload.sub, scope: payload.scope });
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    return Response.json({ error: error.code }, { status: 401, headers: { "www-authenticate": "Bearer" } });
  }
}
