import Handlebars from "handlebars/runtime";
import { marked } from "marked";
import Mustache from "mustache";
import invoice from "./invoice.hbs";

Handlebars.registerHelper("money", (cents) => `${(cents / 100).toFixed(2)} €`);

const pages = {
  "/marked": (text) => marked.parse(text),
  "/mustache": (text) =>
    Mustache.render("{{#list}}<{{name}}>{{{name}}};{{/list}}{{^list}}none{{/list}}", JSON.parse(text)),
  "/handlebars": (text) => Handlebars.template(invoice)(JSON.parse(text)),
};

export default {
  async fetch(request) {
    return new Response(pages[new URL(request.url).pathname](await request.text()));
  },
};
