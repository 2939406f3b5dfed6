import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";

function Layout({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>{title}</title>
      </head>
      <body>{children}</body>
    </html>
  );
}

function Letters({ of: text }: { of: string }) {
  const letters = useMemo(() => [...text].map((letter, place) => ({ letter, place })), [text]);
  return (
    <ol>
      {letters.map(({ letter, place }) => (
        <li key={place}>{letter}</li>
      ))}
    </ol>
  );
}

export function Page({ name, path }: { name: string; path: string }) {
  return (
    <Layout title={`Hello, ${name}`}>
      <h1>Hello, {name}!</h1>
      <p>
        Rendered on the server for <code>{path}</code>.
      </p>
      <Letters of={name} />
    </Layout>
  );
}
