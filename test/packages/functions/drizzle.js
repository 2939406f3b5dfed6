import { and, desc, eq, gt, inArray, sql } from "drizzle-orm";
import { integer, QueryBuilder, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { drizzle } from "drizzle-orm/sqlite-proxy";

const users = sqliteTable("users", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  name: text("name").notNull(),
  born: integer("born", { mode: "timestamp" }),
  tags: text("tags", { mode: "json" }),
});
const posts = sqliteTable("posts", {
  id: integer("id"),
  author: integer("author").references(() => users.id),
  title: text("title"),
});

const tests = {
  "/select": () =>
    new QueryBuilder()
      .select({ name: users.name, posts: sql`count(${posts.id})` })
      .from(users)
      .leftJoin(posts, eq(posts.author, users.id))
      .where(and(gt(users.id, 3), inArray(users.name, ["Ada", "Grace"])))
      .groupBy(users.id)
      .orderBy(desc(users.name))
      .limit(5)
      .toSQL(),
  /** A driver that answers as a database would. */
  "/insert": async () => {
    let seen;
    const db = drizzle(async (query, params, method) => {
      seen = { query, params, method };
      return { rows: [[7, "Ada", 60, '["x"]']] };
    });
    const rows = await db
      .insert(users)
      .values({ name: "Ada", born: new Date(60_000), tags: ["x"] })
      .returning();
    return { seen, rows };
  },
};

export default {
  fetch: async (request) => Response.json(await tests[new URL(request.url).pathname]()),
};
