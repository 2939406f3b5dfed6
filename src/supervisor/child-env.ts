import { join } from "node:path";
import type { ChildKind } from "./child.ts";

/** Of the supervisor's own environment, what each kind of child may see. Guests sit in pools, so they get least. */
const passedOn: Record<ChildKind, readonly string[]> = {
  pool: ["TZ", "LANG", "LC_ALL"],
  front: [
    ...["TZ", "LANG", "LC_ALL", "PATH", "HOME"],
    ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"],
    ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"],
  ],
};

/**
 * Has glibc's malloc ask for huge pages where the kernel gives them to who asks (`transparent_hugepage=madvise`, as many
 * distributions set it): of the page faults that an isolate is made with, more than a third are malloc's. Elsewhere it means nothing.
 */
const hugePages = { GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" };

/** A child's environment. Fronts keep compiled code for the next start. */
export function childEnv(kind: ChildKind, dataDir: string, own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv =
    kind === "front"
      ? { NODE_COMPILE_CACHE: own.NODE_COMPILE_CACHE ?? join(dataDir, "compile-cache", kind) }
      : // The file that says the time zone otherwise is not in their sandbox.
        { ...hugePages, TZ: Intl.DateTimeFormat().resolvedOptions().timeZone };
  for (const name of passedOn[kind]) if (own[name] !== undefined) env[name] = own[name];
  return env;
}
