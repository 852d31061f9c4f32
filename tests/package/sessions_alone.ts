/** What an application imports that has a router and pages of its own. */
export { CookieStore, Sessions } from "../../src/session/mod.ts";
