import { CookieStore, type SessionStore } from "@satchel/satchel";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Browser, messagesIn, tokenIn } from "../support/browser.ts";
import { TestClock } from "@satchel/satchel/testing";
import { SECRET } from "../support/secrets.ts";
import { site } from "../support/site.ts";

const ENDED = "Your session ended after 20 minutes without a visit, or after 7 days in all.";
const UNKNOWN =
  "Your session ended after 20 minutes without a visit, or after 7 days in all, or on another device.";

/** Someone who filled a cart and comes back after a while. */
async function returned(
  seconds: number,
  store: SessionStore = new CookieStore({ secrets: [SECRET] }),
) {
  const clock = new TestClock();
  const { browser } = site({ store, now: clock.now });
  await browser.submit("/cart", "/cart", { item: "apple" });
  await browser.get("/cart");
  clock.advance(seconds);
  return browser;
}

for (const path of ["/", "/howdy", "/cart", "/session", "/sign-in"]) {
  Deno.test(`${path} says once that the visitor's session has ended`, async () => {
    const browser = await returned(1201);
    assertEquals(messagesIn(await browser.get(path)), [ENDED]);
    for (const next of [path, "/"]) assertEquals(messagesIn(await browser.get(next)), []);
  });
}

Deno.test("a page that nobody sees leaves the word that the session has ended to the next", async () => {
  const browser = await returned(1201);
  const early = await browser.get("/cart", { prefetch: true });
  assertEquals(messagesIn(early), []);
  assertEquals(messagesIn(await browser.get("/cart")), [ENDED]);
  assertEquals(messagesIn(await browser.get("/cart")), []);
});

Deno.test("nothing is said to a new visitor, to one in time, and to one with a cookie of nonsense", async () => {
  assertEquals(messagesIn(await site().browser.get("/")), []);
  assertEquals(messagesIn(await (await returned(1200)).get("/")), []);
  const { handler } = site();
  const odd = new Browser(handler, { headers: { cookie: "session=nonsense" } });
  assertEquals(messagesIn(await odd.get("/")), []);
});

Deno.test("a visitor whose session was ended on another device is told so, once", async () => {
  const { handler, browser: phone } = site({ store: new MemoryStore() });
  const laptop = new Browser(handler);
  for (const browser of [phone, laptop]) {
    await browser.submit("/sign-in", "/sign-in", { name: "Ann" });
  }
  const csrf_token = tokenIn(await phone.get("/sign-in"));
  await phone.post("/sign-in/elsewhere", { csrf_token });
  assertEquals(messagesIn(await laptop.get("/cart")), [UNKNOWN]);
  assertEquals(messagesIn(await laptop.get("/cart")), []);
});

Deno.test("the session page says why the session that the browser brought was refused", async () => {
  const { text } = await (await returned(1201)).get("/session");
  assertStringIncludes(text, "was refused (<code>expired</code>)");
});
