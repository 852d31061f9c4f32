export * from "../support/site.ts";
export { SECRET } from "../support/secrets.ts";
