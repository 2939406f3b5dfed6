import {
  getCookie,
  getQuery,
  getRequestIP,
  H3,
  HTTPError,
  handleCors,
  html,
  iterable,
  readBody,
  readFormData,
  redirect,
  setCookie,
} from "h3";

const app = new H3();
app.use((event) => {
  event.res.headers.set("x-by", "h3");
});
app.get("/hello/:name", (event) => ({ hello: event.context.params.name, query: getQuery(event) }));
app.post("/json", async (event) => ({ got: await readBody(event) }));
app.post("/form", async (event) => [...(await readFormData(event)).keys()]);
app.get("/cookie", (event) => {
  setCookie(event, "a", "1", { httpOnly: true });
  return { sent: getCookie(event, "b") };
});
app.get("/page", () => html`<h1>${"<3"}</h1>`);
app.get("/away", () => redirect("/page", 307));
app.get("/broken", () => {
  throw new HTTPError({ status: 409, message: "taken", data: { by: "Ada" } });
});
app.get("/iterated", () => iterable(["a", "b", "c"]));
app.get("/address", (event) => String(getRequestIP(event)));
app.all("/cors", (event) => handleCors(event, { origin: ["https://app.example"], methods: ["PUT"] }) || "shared");

export default { fetch: (request) => app.fetch(request) };
