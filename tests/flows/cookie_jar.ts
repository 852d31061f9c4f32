export * from "../support/cookie_jar.ts";
