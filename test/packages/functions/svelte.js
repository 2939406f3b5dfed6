import { render } from "svelte/server";
import List from "./list.svelte";

export default {
  fetch(request) {
    const { searchParams } = new URL(request.url);
    const { head, body } = render(List, { props: { title: "A < list", names: searchParams.getAll("name") } });
    return new Response(`<!doctype html><head>${head}</head>${body}`, { headers: { "content-type": "text/html" } });
  },
};
