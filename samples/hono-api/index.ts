import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { NewTodo, TodoChange } from "./schemas.ts";
import { TodoList } from "./todo-list.ts";
import { jsonBody } from "./validation.ts";

// Lives as long as this isolate: enough for a sample, not for data that must stay.
const todos = new TodoList();

const app = new Hono();

app.get("/todos", (c) => c.json({ todos: todos.all() }));

app.post("/todos", jsonBody(NewTodo), (c) => c.json(todos.add(c.req.valid("json")), 201));

app.get("/todos/:id", (c) => c.json(todos.get(c.req.param("id")) ?? notFound(c.req.param("id"))));

app.patch("/todos/:id", jsonBody(TodoChange), (c) => {
  const id = c.req.param("id");
  return c.json(todos.change(id, c.req.valid("json")) ?? notFound(id));
});

app.delete("/todos/:id", (c) => (todos.remove(c.req.param("id")) ? c.body(null, 204) : notFound(c.req.param("id"))));

app.notFound((c) => c.json({ error: "not_found", message: `Nothing at ${c.req.path}` }, 404));

app.onError((error, c) => {
  if (!(error instanceof HTTPException)) throw error;
  const code = error.status === 404 ? "not_found" : "bad_request";
  return c.json({ error: code, message: error.message }, error.status);
});

function notFound(id: string): never {
  throw new HTTPException(404, { message: `No todo ${id}` });
}

export default app;
