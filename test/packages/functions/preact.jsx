/** @jsxImportSource preact */
import { createContext } from "preact";
import { useContext, useMemo } from "preact/hooks";
import { renderToStringAsync } from "preact-render-to-string";

const Theme = createContext("light");

function Item({ children }) {
  const theme = useContext(Theme);
  const title = useMemo(() => `in ${theme}`, [theme]);
  return <li title={title}>{children}</li>;
}

export default {
  async fetch(request) {
    const names = new URL(request.url).searchParams.getAll("name");
    const page = (
      <Theme.Provider value="dark">
        <ul class="names">
          {names.map((name) => (
            <Item key={name}>{name}</Item>
          ))}
        </ul>
      </Theme.Provider>
    );
    return new Response(await renderToStringAsync(page), { headers: { "content-type": "text/html" } });
  },
};
