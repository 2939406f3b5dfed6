import { addBusinessDays, differenceInCalendarMonths, format, formatDistance, parseISO } from "date-fns";
import { de } from "date-fns/locale";
import ICAL from "ical.js";
import superjson from "superjson";
import { parse, parseDocument, stringify } from "yaml";

const tests = {
  dates: () => ({
    german: format(parseISO("2026-03-01T12:00:00Z"), "EEEE, d. MMMM yyyy", { locale: de }),
    distance: formatDistance(new Date(2026, 0, 1), new Date(2026, 0, 11)),
    months: differenceInCalendarMonths(new Date(2026, 11, 1), new Date(2025, 0, 31)),
    business: format(addBusinessDays(new Date(2026, 10, 27), 3), "yyyy-MM-dd"),
  }),
  superjson: () => {
    const value = {
      at: new Date(0),
      big: 2n ** 70n,
      set: new Set([1]),
      map: new Map([["a", /b/g]]),
      none: undefined,
      url: new URL("https://islet.example/a"),
    };
    const again = superjson.parse(superjson.stringify(value));
    return {
      at: again.at instanceof Date && again.at.toISOString(),
      big: String(again.big),
      set: [...again.set],
      map: again.map.get("a").flags,
      none: "none" in again && again.none === undefined,
      url: again.url instanceof URL && again.url.host,
    };
  },
  yaml: (text) => {
    const document = parseDocument(text);
    document.setIn(["list", 1], "changed");
    return { value: parse(text), text: String(document), written: stringify({ a: ["x: y", null, 1.5] }) };
  },
  calendar: (text) => {
    const [event] = new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent");
    const series = new ICAL.Event(event);
    const days = [];
    const iterator = series.iterator();
    for (let next = iterator.next(); next; next = iterator.next()) days.push(next.toString());
    return { summary: series.summary, days };
  },
};

export default {
  async fetch(request) {
    return Response.json(await tests[new URL(request.url).pathname.slice(1)](await request.text()));
  },
};
