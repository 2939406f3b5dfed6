import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { initTRPC, TRPCError } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { z } from "zod";

const t = initTRPC.create();
const router = t.router({
  hello: t.procedure.input(z.object({ name: z.string() })).query(({ input }) => `Hello ${input.name}`),
  double: t.procedure.input(z.number()).mutation(({ input }) => input * 2),
  taken: t.procedure.query(() => {
    throw new TRPCError({ code: "CONFLICT", message: "taken" });
  }),
  ticks: t.procedure.subscription(async function* () {
    for (let i = 0; i < 3; i++) yield i;
  }),
});

/** What a client of tRPC gets from this server, asked from within. */
async function asClient(url) {
  const client = createTRPCClient({ links: [httpBatchLink({ url: new URL("/trpc", url) })] });
  const [hello, double] = await Promise.all([client.hello.query({ name: "Ada" }), client.double.mutate(21)]);
  const error = await client.taken.query().catch(({ data }) => data.code);
  return { hello, double, error };
}

export default {
  async fetch(request) {
    if (new URL(request.url).pathname === "/client") return Response.json(await asClient(request.url));
    return fetchRequestHandler({ endpoint: "/trpc", req: request, router, createContext: () => ({}) });
  },
};
