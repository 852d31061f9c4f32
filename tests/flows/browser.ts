export * from "../support/browser.ts";
