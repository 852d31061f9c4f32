import { assertEquals, assertStringIncludes } from "@std/assert";
import { CookieStore, SessionStoreError } from "../../src/session/mod.ts";
import { SECRET } from "../support/secrets.ts";
import { site } from "../support/site.ts";

function failing(error: Error): CookieStore {
  const store = new CookieStore({ secrets: [SECRET] });
  store.ping = () => Promise.reject(error);
  return store;
}

Deno.test("healthView() is well when the store answers", async () => {
  const response = await site().browser.fetch("/healthz");
  assertEquals(response.status, 200);
  assertEquals(await response.text(), "ok");
  assertEquals(response.headers.get("cache-control"), "no-store");
  assertEquals(response.headers.getSetCookie(), []);
});

Deno.test("healthView() is ill when the store does not answer", async () => {
  const store = failing(new SessionStoreError("Cannot reach the store: it is away"));
  const response = await site({ store }).browser.fetch("/healthz");
  assertEquals(response.status, 503);
  assertStringIncludes(await response.text(), "does not answer");
});

Deno.test("healthView() hides no other error", async () => {
  const { browser, errors } = site({ store: failing(new TypeError("a fault of the program")) });
  const response = await browser.fetch("/healthz");
  assertEquals(response.status, 500);
  assertEquals(errors.length, 1);
  await response.body?.cancel();
});
