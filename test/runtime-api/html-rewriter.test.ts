import { describe, expect, it, test } from "vitest";
import { guest } from "./guest.ts";

/* The documents are what workerd makes of them, unless it says otherwise. */

const prelude = `
  const log = [];
  const rewriter = new HTMLRewriter();
  const element = (selector, handler) => rewriter.on(selector, { element: handler });
  const transform = (html) => rewriter.transform(new Response(html, { headers: { "content-type": "text/html" } })).text();`;

/** What becomes of a document, and of `log`. */
async function rewritten(html: string, code: string): Promise<unknown> {
  const { run } = await guest();
  return run(`${prelude} ${code}; const html = await transform(${JSON.stringify(html)}); return [html, ...log];`);
}

describe("an element", () => {
  it.each([
    [
      "keeps what is not changed",
      "<P  Class = a>x</P >",
      "element('p', (e) => { log.push(e.tagName); })",
      ["<P  Class = a>x</P >", "p"],
    ],
    [
      "has attributes",
      `<a HREF='x&amp;y"' b c=1 b=2>t</a>`,
      `element("a", (e) => {
        log.push([...e.attributes], e.getAttribute("HREF"), e.hasAttribute("zz"), e.getAttribute("zz"));
        e.setAttribute("NEW", 'a"b<&').setAttribute("c", 2).removeAttribute("b");
      })`,
      [
        `<a HREF='x&amp;y"' c="2" new="a&quot;b<&">t</a>`,
        [
          ["href", `x&amp;y"`],
          ["b", ""],
          ["c", "1"],
          ["b", "2"],
        ],
        `x&amp;y"`,
        false,
        null,
      ],
    ],
    ["gets another name", "<p a=1>x</p>", "element('p', (e) => { e.tagName = 'div'; })", ["<div a=1>x</div>"]],
    [
      "takes content on all sides, of which the last is nearest",
      "<div>in</div>",
      `element("div", (e) => {
        for (const method of ["before", "prepend", "append", "after"]) e[method]("<" + method);
        e.before("B", { html: true }).prepend("P").append("<i>", { html: true }).after("A");
      })`,
      ["&lt;beforeB<div>P&lt;prependin&lt;append<i></div>A&lt;after"],
    ],
    [
      "gets another content",
      "<b>in<i>x</i></b>z",
      "element('b', (e) => e.prepend('p').setInnerContent('<n>').append('a'))",
      ["<b>&lt;n&gt;a</b>z"],
    ],
    [
      "is replaced",
      "a<b>in<i>x</i></b>z",
      "element('b', (e) => { e.before('[').after(']').replace('<r>', { html: true }); log.push(e.removed); })",
      ["a[<r>]z", true],
    ],
    [
      "is removed",
      "a<b>in<i>x</i></b>z",
      "element('b', (e) => { e.before('[').append('x').after(']').remove(); })",
      ["a[]z"],
    ],
    [
      "is removed without its content",
      "a<b>in<i>x</i></b>z",
      "element('b', (e) => { e.prepend('[').append(']').removeAndKeepContent(); })",
      ["a[in<i>x</i>]z"],
    ],
    [
      "that is void has no content",
      "<br>x<img a/>",
      "element('*', (e) => { e.append('no').setInnerContent('no').after('A').setAttribute('b', ''); })",
      [`<br b="">Ax<img a b="" />A`],
    ],
    [
      "of SVG may close itself",
      "<svg><path/><g>x</g></svg>",
      "element('path, g', (e) => { log.push(e.namespaceURI); e.append('I').after('A'); })",
      ["<svg><path/>A<g>xI</g>A</svg>", "http://www.w3.org/2000/svg", "http://www.w3.org/2000/svg"],
    ],
    [
      "hears of its end tag, and of the one that closes it for lack of its own",
      "<ul><li>1<li>2</ul><div>z",
      `element("li, div", (e) => e.onEndTag((tag) => { log.push(tag.name); tag.before("<").after(">", { html: true }); }))`,
      ["<ul><li>1<li>2&lt;&lt;</ul>>><div>z", "ul", "ul"],
    ],
    [
      "takes streams for content",
      "<p>a</p>",
      "element('p', (e) => e.prepend(new Response('<r>')).append(new Response('<i>').body, { html: true }))",
      ["<p>&lt;r&gt;a<i></p>"],
    ],
  ])("%s", async (_, html, code, result) => {
    expect(await rewritten(html, code)).toEqual(result);
  });

  it.each([
    [
      "is none after its handler",
      "let kept; element('p', (e) => { kept = e; }); await transform('<p>'); kept.tagName",
      "no longer valid",
    ],
    [
      "refuses names that would be others",
      "element('p', (e) => { e.tagName = 'a b'; }); await transform('<p>')",
      "name of a tag",
    ],
    [
      "refuses names of attributes too",
      "element('p', (e) => { e.setAttribute('a=b', 1); }); await transform('<p>')",
      "name of an attribute",
    ],
    [
      "of none without an end tag hears of it",
      "element('br', (e) => { e.onEndTag(() => 0); }); await transform('<br>')",
      "no end tag",
    ],
    [
      "passes on what its handler throws",
      "element('p', async () => { await 0; throw new RangeError('mine'); }); await transform('<p>')",
      "mine",
    ],
  ])("%s", async (_, code, message) => {
    const { run } = await guest();
    expect(await run(`${prelude} try { ${code}; } catch (error) { return error.message; }`)).toContain(message);
  });
});

describe("texts and comments", () => {
  it.each([
    [
      "come with their end, within the element and in the document",
      "a<p>b<i>c</i></p>",
      `rewriter.on("p", { text: (t) => { log.push("p:" + t.text + t.lastInTextNode); } })
        .onDocument({ text: (t) => { log.push(t.text + t.lastInTextNode); } })`,
      ["afalse", "true", "p:bfalse", "bfalse", "p:true", "true", "p:cfalse", "cfalse", "p:true", "true"],
      "a<p>b<i>c</i></p>",
    ],
    [
      "are as they stand in the document",
      "<p>a&amp;b < 3 </> c</p>",
      "rewriter.on('p', { text: (t) => { log.push(t.text); } })",
      ["a&amp;b ", "< 3 ", "", " c", ""],
      "<p>a&amp;b < 3 </> c</p>",
    ],
    [
      "are changed",
      "<p>x</p>",
      "rewriter.on('p', { text: (t) => { t.lastInTextNode ? t.before('<') : t.before('[').after('b', { html: true }).replace('&'); } })",
      [],
      "<p>[&amp;b&lt;</p>",
    ],
    [
      "are removed",
      "<p>x<!--c--></p>",
      "rewriter.on('p', { text: (t) => t.remove(), comments: (c) => c.before('b').remove() })",
      [],
      "<p>b</p>",
    ],
    [
      "of all kinds are comments",
      "<!-- a --><!--><!b><?c?></ d><!--e--!><!--f",
      "rewriter.onDocument({ comments: (c) => { log.push(c.text); } })",
      [" a ", "", "b", "?c?", " d", "e", "f"],
      "<!-- a --><!--><!b><?c?></ d><!--e--!><!--f",
    ],
    [
      "get another text",
      "<!--a-->",
      "rewriter.onDocument({ comments: (c) => { c.text = 'n'; c.after('z'); } })",
      [],
      "<!--n-->z",
    ],
    [
      "in scripts are text",
      "<script>if (a<b) '</p>' <!-- <script> </script> --></script><p>",
      "rewriter.on('script', { text: (t) => { log.push(t.text); } }).on('p', { element() { log.push('p'); } })",
      ["if (a<b) '</p>' <!-- <script> </script> -->", "", "p"],
      "<script>if (a<b) '</p>' <!-- <script> </script> --></script><p>",
    ],
    [
      "in SVG may be CDATA",
      "<svg><![CDATA[ <p> ]]></svg><![CDATA[q]]>",
      "rewriter.onDocument({ text: (t) => { log.push(t.text); }, comments: (c) => { log.push(c.text); } })",
      [" <p> ", "", "[CDATA[q]]"],
      "<svg><![CDATA[ <p> ]]></svg><![CDATA[q]]>",
    ],
  ])("%s", async (_, html, code, logged, result) => {
    expect(await rewritten(html, code)).toEqual([result, ...logged]);
  });
});

test("a document has a doctype and an end", async () => {
  const code = `rewriter.onDocument({
    doctype: (d) => { log.push([d.name, d.publicId, d.systemId]); },
    async end(end) { await 0; end.append("<").append("<!--end-->", { html: true }); },
  })`;
  expect(await rewritten(`<!DOCTYPE HTML PUBLIC "-//W3C" 'http://x'><p>x`, code)).toEqual([
    `<!DOCTYPE HTML PUBLIC "-//W3C" 'http://x'><p>x&lt;<!--end-->`,
    ["html", "-//W3C", "http://x"],
  ]);
});

test("selectors see names, attributes and places", async () => {
  const { run } = await guest();
  const seen = await run(`${prelude}
    for (const selector of ["div p", "div > p", "DIV>b", "p#x", ".a.b", "[class~=b]", "[data-q='A b' i]", "[type=TEXT]", "p:first-child",
      "p:nth-child(2)", "p:nth-of-type(2n+1)", "p:not(.a):not(b)", "b, #x", "[href^=h][href$='g'][href*=':/']", "[lang|=en]"]) {
      element(selector, (e) => { log.push(selector + " " + (e.getAttribute("id") ?? e.tagName)); });
    }
    await transform("<div><p id=x class='a b' data-q='a B'>1</p><p lang=en-GB>2<b>3</b></p></div><a type=text href='h:/g'>");
    return log;`);
  expect(seen).toEqual([
    ...[
      "div p x",
      "div > p x",
      "p#x x",
      ".a.b x",
      "[class~=b] x",
      "[data-q='A b' i] x",
      "p:first-child x",
      "p:nth-of-type(2n+1) x",
    ],
    ...["b, #x x", "div p p", "div > p p", "p:nth-child(2) p", "p:not(.a):not(b) p", "[lang|=en] p", "b, #x b"],
    ...["[type=TEXT] a", "[href^=h][href$='g'][href*=':/'] a"],
  ]);
  for (const selector of [
    "p + p",
    "p ~ p",
    "p::before",
    ":hover",
    "p:last-child",
    "",
    "p:not(a b)",
    "[",
    "p >",
    "svg|p",
    "p,",
  ]) {
    const code = `try { new HTMLRewriter().on(${JSON.stringify(selector)}, {}); } catch (error) { return error.name; }`;
    expect(await run(code), selector).toBe("TypeError");
  }
});

test("handlers are awaited, one after the other", async () => {
  const code = `rewriter.on("p", {
    async element(e) { await new Promise((resolve) => setTimeout(resolve, 1)); e.prepend("late"); log.push("element"); },
    async text(t) { await 0; log.push(t.text); },
  })`;
  expect(await rewritten("<p>a</p><p>b</p>", code)).toEqual([
    "<p>latea</p><p>lateb</p>",
    ...["element", "a", "", "element", "b", ""],
  ]);
});

test("it makes no difference where a document is cut", async () => {
  const { run } = await guest();
  const different = await run(`
    const bits = ["<p>", "</p>", "<div a=1>", "</div>", "<b class='x y'>", "</b>", "ä€", "<", ">", "<br/>", "<!--", "-->", "--!>", "<!doctype html>",
      "<script>", "</script>", "<!-- <script>", "<svg>", "</svg>", "<path/>", "<title>", "</title>", "<![CDATA[", "]]>", "<a href=\\"x", "\\">", "=", "</", "<?"];
    let seed = 7;
    const below = (end) => (seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff, (seed >> 8) % end);
    const rewrite = async (chunks) => {
      let log = "";
      const rewriter = new HTMLRewriter()
        .on("*", { element(e) { log += "<" + e.tagName; e.setAttribute("n", "1"); }, text(t) { log += t.lastInTextNode ? "|" : t.text; } })
        .on("p", { element(e) { e.append("[A]").after("[F]"); } })
        .on("div > b", { element(e) { e.setInnerContent("inner"); } })
        .onDocument({ comments(c) { log += "!" + c.text; c.after("|"); }, doctype(d) { log += d.name; } });
      return (await rewriter.transform(new Response(ReadableStream.from(chunks))).text()) + log;
    };
    const untouched = (chunks) => new HTMLRewriter().on("*", { element() {}, text() {} }).transform(new Response(ReadableStream.from(chunks))).text();
    const different = [];
    for (let i = 0; i < 200; i++) {
      const html = Array.from({ length: 1 + below(14) }, () => bits[below(bits.length)]).join("");
      const bytes = new TextEncoder().encode(html);
      const cut = [];
      for (let at = 0; at < bytes.length; ) cut.push(bytes.slice(at, at += 1 + below(7)));
      const same = (await rewrite(cut)) === (await rewrite([bytes])) && (await untouched(cut)) === html;
      if (!same) different.push(html);
    }
    return different;`);
  expect(different).toEqual([]);
});

test("a token of many pieces is not looked through for each of them", async () => {
  const { run } = await guest();
  const result = await run(`
    const piece = new TextEncoder().encode("<>".repeat(1000));
    let pieces = 0;
    const body = new ReadableStream({
      start(controller) { controller.enqueue(new TextEncoder().encode("<p>a<!--")); },
      pull(controller) {
        if (pieces++ < 2_000) return controller.enqueue(piece.slice());
        controller.enqueue(new TextEncoder().encode("--><b>c</b>"));
        controller.close();
      },
    });
    const log = [];
    const rewriter = new HTMLRewriter().onDocument({ comments(c) { log.push(c.text.length); c.remove(); } }).on("b", { element: (e) => e.remove() });
    return [await rewriter.transform(new Response(body)).text(), ...log];`);
  expect(result).toEqual(["<p>a", 4_000_000]);
});

test("bytes that are not touched stay, whatever they say", async () => {
  const { run } = await guest();
  const code = (type: string) => `
    const rewriter = new HTMLRewriter().on("p", { element(e) { e.append("ä"); }, text() {} });
    const bytes = new Uint8Array([60, 112, 62, 0xe4, 0xff, 60, 47, 112, 62]);
    return [...await rewriter.transform(new Response(bytes, { headers: { "content-type": "${type}" } })).bytes()];`;
  expect(await run(code("text/html"))).toEqual([60, 112, 62, 0xe4, 0xff, 0xc3, 0xa4, 60, 47, 112, 62]);
  // workerd would write 0xe4.
  const reference = [...Buffer.from("&#228;")];
  expect(await run(code("text/html; charset=latin1"))).toEqual([
    60,
    112,
    62,
    0xe4,
    0xff,
    ...reference,
    60,
    47,
    112,
    62,
  ]);
  await expect(run(code("text/html; charset=utf-16"))).rejects.toThrow("not compatible with ASCII");
});

test("it reads when it is read, and ends what it reads", async () => {
  const { run } = await guest();
  const log = await run(`
    const log = [];
    const source = (name) => new ReadableStream({
      pull(controller) { log.push(name); controller.enqueue(new TextEncoder().encode("<p>")); },
      cancel(reason) { log.push(name + " cancelled: " + reason); },
    }, { highWaterMark: 0 });
    const reader = new HTMLRewriter().transform(new Response(source("first"))).body.getReader();
    await new Promise((resolve) => setTimeout(resolve, 5));
    log.push("nothing yet");
    log.push(new TextDecoder().decode((await reader.read()).value));
    await reader.cancel("enough");
    const failing = new HTMLRewriter().on("p", { element() { throw "broken"; } }).transform(new Response(source("second")));
    await failing.text().catch((error) => log.push("rejected: " + error));
    return log;`);
  expect(log).toEqual([
    ...["nothing yet", "first", "<p>", "first cancelled: enough"],
    ...["second", "second cancelled: broken", "rejected: broken"],
  ]);
});

test("transform() keeps the response but for its length", async () => {
  const { run } = await guest();
  const result = await run(`
    const rewriter = new HTMLRewriter();
    const made = rewriter.transform(new Response("<p>", { status: 201, statusText: "Made", headers: { "content-length": "3", x: "y" } }));
    const empty = new Response(null, { status: 204 });
    return [made.status, made.statusText, [...made.headers], await made.text(), rewriter.transform(empty) === empty];`);
  expect(result).toEqual([
    201,
    "Made",
    [
      ["content-type", "text/plain;charset=UTF-8"],
      ["x", "y"],
    ],
    "<p>",
    true,
  ]);
});
