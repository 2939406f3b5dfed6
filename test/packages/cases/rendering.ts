import { createHmac } from "node:crypto";
import { expect } from "vitest";
import type { Case } from "../case.ts";

const signature = createHmac("sha256", "of cookies").update("value").digest("base64");
const signed = `signed=${encodeURIComponent(`value.${signature}`)}`;

const hono: readonly Case[] = [
  { to: "hono-pages/made", text: "factory" },
  { to: "hono-pages/html?name=%3Cb%3E", text: "<p>&lt;b&gt;</p><hr>" },
  {
    to: "hono-pages/rendered",
    headers: { "content-type": "text/html; charset=UTF-8" },
    text: '<!DOCTYPE html><html lang="en"><head><title>A page</title></head><body><p>&lt;escaped&gt;</p></body></html>',
  },
  { to: "hono-pages/streamed", text: /<i>waiting<\/i>.*<b>late &amp; bold<\/b>/s },
  { to: "hono-pages/bounded", text: "<i>caught</i>" },
  { to: "hono-pages/styled", text: /^<style id="hono-css">\.(css-\d+)\{color:red\}<\/style><p class="\1">red<\/p>$/ },
  {
    to: "hono-pages/cookies",
    send: { headers: { cookie: `sent=1; old=2; ${signed}` } },
    json: { plain: "1", signed: "value", deleted: "2" },
  },
  { to: "hono-pages/cookies", send: { headers: { cookie: "signed=value.forged" } }, json: {} },
];

const components: readonly Case[] = [
  {
    to: "preact/?name=A&name=%3C",
    text: '<ul class="names"><li title="in dark">A</li><li title="in dark">&lt;</li></ul>',
  },
  {
    to: "react/?name=A%3C",
    headers: { "content-type": "text/html" },
    check(body) {
      const page = body.toString();
      expect(page).toMatch(/^<!DOCTYPE html><html lang="en">.*<label for="([^"]+)">A&lt;<\/label>.*<i>waiting<\/i>/s);
      expect(page).toMatch(/<script src="\/main.js".*<b>at last<\/b>.*<\/body><\/html>$/s);
    },
  },
  {
    to: "svelte/?name=a&name=%3C",
    check(body) {
      const page = body.toString().replace(/<!--.*?-->/g, "");
      expect(page).toMatch(/^<!doctype html><head><title>A &lt; list<\/title>/);
      expect(page).toMatch(/<p class="svelte-\w+ first">A<\/p>\s*<p class="svelte-\w+">&lt;<\/p>$/);
    },
  },
  { to: "svelte/", text: /<p>none<\/p>/ },
  { to: "react/static?name=A%22", text: '<p title="A&quot;">A&quot;</p>' },
];

const templates: readonly Case[] = [
  {
    to: "templates/marked",
    send: { method: "POST", body: "# Hi\n\n* a **b**\n" },
    text: "<h1>Hi</h1>\n<ul>\n<li>a <strong>b</strong></li>\n</ul>\n",
  },
  { to: "templates/mustache", send: { method: "POST", body: '{"list":[{"name":"<a"}]}' }, text: "<&lt;a><a;" },
  { to: "templates/mustache", send: { method: "POST", body: "{}" }, text: "none" },
  {
    to: "templates/handlebars",
    send: { method: "POST", body: '{"lines":[{"name":"Tea & co","cents":250}]}' },
    text: "0: Tea &amp; co 2.50 €\n",
  },
  { to: "templates/handlebars", send: { method: "POST", body: "{}" }, text: "nothing\n" },
  {
    to: "cheerio/",
    send: { method: "POST", body: "<title>T</title><a href='http://a/'>x</a><ul><li>1<li>2</ul>" },
    json: {
      html: '<html><head><title>T</title></head><body><a href="https://a/" class="safe">x</a><ul><li>1</li><li>between</li></ul></body></html>',
      title: "T",
      links: ["https://a/"],
    },
  },
];

const rewriting: readonly Case[] = [
  {
    to: "html-rewriter/",
    headers: { "content-type": "text/html; charset=UTF-8", "content-length": undefined },
    text: /<i>rewritten<\/i>.*<b>LATE &AMP; BOLD<\/b>/s,
  },
];

export const rendering = [...hono, ...components, ...templates, ...rewriting];
