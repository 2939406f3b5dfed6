import { createSchema, createYoga } from "graphql-yoga";

const yoga = createYoga({
  schema: createSchema({
    typeDefs: `
      type Query { hello(name: String!): String!, agent: String }
      type Mutation { upload(file: File!): String! }
      type Subscription { count(to: Int!): Int! }
      scalar File`,
    resolvers: {
      Query: {
        hello: (_, { name }) => `Hello ${name}`,
        agent: (_, _args, { request }) => request.headers.get("user-agent"),
      },
      Mutation: { upload: async (_, { file }) => `${file.name}: ${await file.text()}` },
      Subscription: {
        count: {
          async *subscribe(_, { to }) {
            for (let i = 1; i <= to; i++) yield { count: i };
          },
        },
      },
    },
  }),
  fetchAPI: { Response },
  logging: false,
  graphiql: false,
});

export default { fetch: (request, env, ctx) => yoga.fetch(request, env, ctx) };
