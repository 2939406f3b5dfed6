import { URLPattern } from "urlpattern-polyfill/urlpattern";
import { defineInterface } from "../webidl.ts";

defineInterface(URLPattern, "URLPattern", [
  ...["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash", "hasRegExpGroups"],
]);

export { URLPattern };
