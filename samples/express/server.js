import process from "node:process";
import express from "express";

const app = express();
const notes = new Map();

app.use(express.json());
app.get("/", (request, response) => response.json({ hello: request.query.name ?? "world" }));
app.get("/notes/:id", (request, response) => {
  const text = notes.get(request.params.id);
  if (text === undefined) return response.status(404).json({ error: "no such note" });
  return response.json({ text });
});
app.put("/notes/:id", (request, response) => {
  notes.set(request.params.id, request.body.text);
  response.status(204).end();
});

app.listen(process.env.PORT ?? 8080, () => console.log("listening"));
