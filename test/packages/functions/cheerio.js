import * as cheerio from "cheerio";

export default {
  async fetch(request) {
    const $ = cheerio.load(await request.text());
    $("a[href^='http:']").each((_, link) => {
      $(link).attr("href", $(link).attr("href").replace("http:", "https:")).addClass("safe");
    });
    $("li:nth-child(2)").before("<li>between</li>").parent().children().last().remove();
    return Response.json({
      html: $.html(),
      title: $("title").text(),
      links: $("a")
        .map((_, a) => a.attribs.href)
        .get(),
    });
  },
};
