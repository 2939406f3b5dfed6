import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import jwt from "jsonwebtoken";

const secret = "it is a secret of ours";
const pairOf = promisify(generateKeyPair);
const pem = {
  publicKeyEncoding: { format: "pem", type: "spki" },
  privateKeyEncoding: { format: "pem", type: "pkcs8" },
};
const kinds = {
  RS256: ["rsa", { modulusLength: 2048, ...pem }],
  PS384: ["rsa", { modulusLength: 2048 }],
  ES256: ["ec", { namedCurve: "P-256", ...pem }],
  ES512: ["ec", { namedCurve: "P-521" }],
};

const tests = {
  known: () => jwt.sign({ sub: "ada" }, secret, { noTimestamp: true }),
  read: ({ searchParams }) => jwt.verify(searchParams.get("token"), secret),
  async signatures() {
    const read = Object.entries(kinds).map(async ([algorithm, kind]) => {
      const { publicKey, privateKey } = await pairOf(...kind);
      const token = await promisify(jwt.sign)({ algorithm }, privateKey, { algorithm, expiresIn: "2h", issuer: "us" });
      const others = await pairOf(...kind);
      return [
        jwt.decode(token, { complete: true }).header.alg,
        jwt.verify(token, publicKey, { issuer: "us" }).algorithm,
        refusal(() => jwt.verify(token, others.publicKey)),
      ];
    });
    return Promise.all(read);
  },
  refused: () => [
    refusal(() => jwt.verify(jwt.sign({ exp: 1 }, secret), secret)),
    refusal(() => jwt.verify(jwt.sign({}, "another"), secret)),
    refusal(() => jwt.verify(jwt.sign({}, secret), secret, { audience: "them" })),
    refusal(() => jwt.verify("no.token", secret)),
    refusal(() => jwt.sign({}, secret, { algorithm: "RS256" })),
  ],
};

function refusal(run) {
  try {
    return run();
  } catch ({ name, message }) {
    return `${name}: ${message}`;
  }
}

export default {
  async fetch(request) {
    const url = new URL(request.url);
    return Response.json(await tests[url.pathname.slice(1)](url));
  },
};
