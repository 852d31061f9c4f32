import { assertEquals, assertStringIncludes } from "@std/assert";
import { MemoryStore } from "../../src/stores/memory.ts";
import { Browser, countIn, messagesIn } from "../support/browser.ts";
import { site } from "../support/site.ts";

Deno.test("a visitor sees their sessions on all devices and ends the others", async () => {
  const { handler, errors, browser: phone } = site({ store: new MemoryStore() });
  const [laptop, stranger] = [new Browser(handler), new Browser(handler)];
  for (const [browser, name] of [[phone, "Ada"], [laptop, "Ada"], [stranger, "Bob"]] as const) {
    await browser.get("/");
    await browser.submit("/sign-in", "/sign-in", { name });
  }
  const list = await laptop.get("/sign-in");
  assertEquals(list.text.match(/last renewed/g)?.length, 2);
  assertEquals(list.text.match(/\(this one\)/g)?.length, 1);

  const ended = await laptop.submit("/sign-in", "/sign-in/elsewhere", {});
  assertEquals(messagesIn(ended), ["One other session was ended."]);
  assertStringIncludes((await phone.get("/sign-in")).text, "<h1>Sign in</h1>");
  assertEquals(countIn(await phone.get("/")), 1);
  assertEquals(countIn(await laptop.get("/")), 2);
  assertEquals(countIn(await stranger.get("/")), 2);
  assertEquals(errors, []);
});

Deno.test("the session page tells of a server store", async () => {
  const { browser } = site({ store: new MemoryStore() });
  await browser.submit("/sign-in", "/sign-in", { name: "Ada" });
  const { status, text } = await browser.get("/session");
  assertEquals(status, 200);
  assertStringIncludes(text, "<dt>Store</dt><dd>memory</dd>");
  assertStringIncludes(text, "<dt>Owner</dt><dd>Ada</dd>");
});

Deno.test("a cart on the server outgrows every cookie", async () => {
  const { browser } = site({ store: new MemoryStore() });
  for (let count = 0; count < 15; count++) {
    await browser.submit("/cart", "/cart", { item: `${count}${"x".repeat(490)}` });
  }
  const cart = await browser.get("/cart");
  assertEquals(cart.text.match(/<li><span>/g)?.length, 15);
});
