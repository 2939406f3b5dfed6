import { hmac } from "@noble/hashes/hmac.js";
import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { scrypt } from "@noble/hashes/scrypt.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { customAlphabet, nanoid } from "nanoid";
import * as uuid from "uuid";

const tests = {
  nanoid: () => {
    const ids = Array.from({ length: 500 }, () => nanoid());
    return {
      different: new Set(ids).size,
      formed: ids.every((id) => /^[\w-]{21}$/.test(id)),
      custom: /^[01]{40}$/.test(customAlphabet("01", 40)()),
    };
  },
  uuid: () => {
    const versions = [uuid.v1(), uuid.v4(), uuid.v6(), uuid.v7()].map(uuid.version);
    return { versions, v5: uuid.v5("islet.example", uuid.v5.DNS), v3: uuid.v3("islet.example", uuid.v3.DNS) };
  },
  hashes: (text) => {
    const bytes = utf8ToBytes(text);
    return {
      sha256: bytesToHex(sha256(bytes)),
      sha512: bytesToHex(sha512(bytes)),
      keccak: bytesToHex(keccak_256(new Uint8Array())),
      hmac: bytesToHex(hmac(sha256, utf8ToBytes("key"), bytes)),
      pbkdf2: bytesToHex(pbkdf2(sha256, "password", "salt", { c: 2, dkLen: 32 })),
      scrypt: bytesToHex(scrypt("", "", { N: 16, r: 1, p: 1, dkLen: 64 })),
    };
  },
};

export default {
  fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    return Response.json(tests[pathname.slice(1)](searchParams.get("text")));
  },
};
