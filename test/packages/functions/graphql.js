import { buildSchema, graphql } from "graphql";

const schema = buildSchema(`
  type Book { title: String!, author: String! }
  type Query { books(author: String): [Book!]!, add(a: Int!, b: Int!): Int!, broken: Int }
`);
const books = [
  { title: "Notes", author: "Ada" },
  { title: "Compilers", author: "Grace" },
];
const rootValue = {
  books: ({ author }) => books.filter((book) => author === undefined || book.author === author),
  add: async ({ a, b }) => a + b,
  broken: () => Promise.reject(new Error("it is broken")),
};

export default {
  async fetch(request) {
    const { query, variables } = await request.json();
    return Response.json(await graphql({ schema, source: query, rootValue, variableValues: variables }));
  },
};
