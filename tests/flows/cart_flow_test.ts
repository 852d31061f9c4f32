import { SessionSizeError } from "@satchel/satchel";
import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import type { SessionWrite } from "../../src/stores/contract.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import { type Browser, countIn, messagesIn, type Page, tokenIn } from "../support/browser.ts";
import { site } from "../support/site.ts";

const ADDED = "Your item was added.";

function shop(): Browser {
  return site().browser;
}

/** The items that a page lists, as they stand in the markup. */
function itemsIn({ text }: Page): string[] {
  return [...text.matchAll(/<li><span>([^<]*)<\/span>/g)].map(([, item = ""]) => item);
}

Deno.test("adding to the cart is told once, after the redirect", async () => {
  const browser = shop();
  const page = await browser.submit("/cart", "/cart", { item: "apple" });
  assertEquals(page.status, 200);
  assertEquals(new URL(page.url).pathname, "/cart");
  assertStringIncludes(page.text, `<p role="status">${ADDED}</p>`);
  assertStringIncludes(page.text, "<span>apple</span>");
  const again = await browser.get("/cart");
  assertEquals(messagesIn(again), []);
  assertStringIncludes(again.text, "<span>apple</span>");
});

Deno.test("a message waits for the next page, whichever that is", async () => {
  const browser = shop();
  const csrf_token = tokenIn(await browser.get("/cart"));
  const body = new URLSearchParams({ item: "apple", csrf_token });
  const added = await browser.fetch("/cart", { method: "POST", body });
  assertEquals(added.status, 303);
  assertEquals(added.headers.get("location"), "/cart");

  assertEquals(messagesIn(await browser.get("/", { prefetch: true })), []);
  await browser.get("/cart", { method: "HEAD" });
  assertEquals(messagesIn(await browser.get("/howdy")), [ADDED]);
  assertEquals(messagesIn(await browser.get("/cart")), []);
});

for (
  const [what, fields, from] of [
    ["without a token", {}, undefined],
    ["with another visitor's token", { csrf_token: "x".repeat(86) }, undefined],
    ["from another site", null, "https://evil.example"],
  ] as const
) {
  Deno.test(`adding ${what} is refused and changes nothing`, async () => {
    const browser = shop();
    const token = tokenIn(await browser.submit("/cart", "/cart", { item: "apple" }));
    const refused = await browser.post(
      "/cart",
      { item: "pear", ...(fields ?? { csrf_token: token }) },
      { from },
    );
    assertEquals(refused.status, 403);
    const cart = await browser.get("/cart");
    assertStringIncludes(cart.text, "apple");
    assertFalse(cart.text.includes("pear"));
  });
}

Deno.test("an empty item comes back with what is wrong beside it, once", async () => {
  const browser = shop();
  const page = await browser.submit("/cart", "/cart", { item: "   " });
  assertEquals(new URL(page.url).pathname, "/cart");
  assertStringIncludes(page.text, "<title>Error: Your cart · Satchel</title>");
  assertStringIncludes(page.text, 'value="   "');
  assertStringIncludes(page.text, 'aria-invalid="true" aria-describedby="item-error"');
  assertStringIncludes(page.text, 'id="item-error">Say what to put into the cart.</p>');
  assertEquals(messagesIn(page), []);
  const again = await browser.get("/cart");
  assertFalse(again.text.includes("item-error"));
  assertStringIncludes(again.text, "<title>Your cart · Satchel</title>");
});

Deno.test("items are removed by what they are, and the cart is emptied", async () => {
  const browser = shop();
  for (const item of ["apple", "pear", "plum"]) await browser.submit("/cart", "/cart", { item });
  const removed = await browser.submit("/cart", "/cart/remove", { item: "pear" });
  assertEquals(messagesIn(removed), ["“pear” was removed."]);
  assertEquals(itemsIn(removed), ["apple", "plum"]);
  const cleared = await browser.submit("/cart", "/cart/clear", {});
  assertEquals(messagesIn(cleared), ["Your cart is empty again."]);
  assertStringIncludes(cleared.text, "There is nothing in it yet.");
});

Deno.test("a stale page removes the item that it shows, or none", async () => {
  const browser = shop();
  for (const item of ["apple", "pear", "plum"]) await browser.submit("/cart", "/cart", { item });
  const stale = await browser.get("/cart");
  await browser.press(stale, "Remove apple");
  assertEquals(itemsIn(await browser.press(stale, "Remove pear")), ["plum"]);
  const gone = await browser.press(stale, "Remove apple");
  assertEquals(messagesIn(gone), ["That item is no longer in your cart."]);
  assertEquals(itemsIn(gone), ["plum"]);
});

Deno.test("of equal items one is removed at a time", async () => {
  const browser = shop();
  for (const item of ["tea", "milk", "tea"]) await browser.submit("/cart", "/cart", { item });
  const page = await browser.press(await browser.get("/cart"), "Remove tea");
  assertEquals(itemsIn(page).toSorted(), ["milk", "tea"]);
  assertEquals(itemsIn(await browser.press(page, "Remove tea")), ["milk"]);
});

for (const fields of ["item=pear", "item=", "item=Apple", "index=0", ""]) {
  Deno.test(`removing "${fields}" of an apple removes nothing`, async () => {
    const browser = shop();
    await browser.submit("/cart", "/cart", { item: "apple" });
    const form = Object.fromEntries(new URLSearchParams(fields));
    const page = await browser.submit("/cart", "/cart/remove", form);
    assertEquals(messagesIn(page), ["That item is no longer in your cart."]);
    assertEquals(itemsIn(page), ["apple"]);
  });
}

/** Texts that a form sends otherwise than a page holds them. */
const ALTERED = ["a\nb", "a\rb", "a\r\nb", "a\0b", "a\u2028b", " a\tb ", "\ufeffa b", "<a & 'b\">"];

for (const item of [...ALTERED, "ä😀", "0", "＋ + %2B", "[object Object]"]) {
  Deno.test(`an item ${JSON.stringify(item)} can be removed again`, async () => {
    const browser = shop();
    await browser.submit("/cart", "/cart", { item: "other" });
    const page = await browser.submit("/cart", "/cart", { item });
    const removed = await browser.press(page, /^Remove (?!other)/);
    assertEquals(itemsIn(removed), ["other"]);
  });
}

for (const item of [...ALTERED, "a\ud800b"]) {
  Deno.test(`an item ${JSON.stringify(item)} that an older version kept can be removed`, async () => {
    const { browser, sessions } = site();
    const request = new Request("http://localhost/");
    const response = await sessions.handle(request, (session) => {
      session.set("cart", [item, "other"]);
      return new Response("ok");
    });
    browser.jar.store(request.url, response);
    const removed = await browser.press(await browser.get("/cart"), /^Remove (?!other)/);
    assertEquals(itemsIn(removed), ["other"]);
  });
}

Deno.test("an item of nothing but controls is refused as empty", async () => {
  const page = await shop().submit("/cart", "/cart", { item: "\u0000\u0001" });
  assertStringIncludes(page.text, "Say what to put into the cart.");
});

Deno.test("an item that is too long is refused with its length", async () => {
  const page = await shop().submit("/cart", "/cart", { item: "x".repeat(501) });
  assertEquals(page.status, 422);
  assertStringIncludes(page.text, "can have 500 characters, this one has 501");
});

Deno.test("a cart that outgrows its cookie says so and stays as it was", async () => {
  const { browser, errors } = site();
  let page = await browser.get("/cart");
  let count = 0;
  while (page.status === 200) {
    page = await browser.submit("/cart", "/cart", { item: `${count++}${"x".repeat(400)}` });
    assert(count < 20);
  }
  assertEquals(page.status, 413);
  assertEquals(errors.splice(0).map((error) => error instanceof SessionSizeError), [true]);
  assertFalse(page.text.includes("largest"));
  assertStringIncludes(page.text, "<h1>Content Too Large</h1>");
  assertStringIncludes(page.text, 'href="/cart"');
  const cart = await browser.get("/cart");
  assertEquals(cart.text.match(/<li><span>/g)?.length, count - 1);
  assertEquals(messagesIn(cart), []);
  assertEquals(errors, []);
  assertEquals(countIn(await browser.get("/")), 1);
});

Deno.test("what visitors type is shown as text", async () => {
  const browser = shop();
  const item = `<script>alert("1")</script>&'`;
  const page = await browser.submit("/cart", "/cart", { item });
  assertFalse(page.text.includes("<script"));
  const escaped = `&lt;script>alert(&quot;1&quot;)&lt;/script>&amp;'`;
  assertStringIncludes(page.text, `<span>${escaped}</span>`);
  assertStringIncludes(page.text, `aria-label="Remove ${escaped}"`);
  const removed = await browser.press(page, /^Remove/);
  assertEquals(messagesIn(removed), [`“${escaped}” was removed.`]);
});

/** A store that lets another request overtake its next write. */
class OvertakenStore extends MemoryStore {
  overtake: (() => Promise<unknown>) | null = null;

  override async save(write: SessionWrite): Promise<string | null> {
    const { overtake } = this;
    this.overtake = null;
    await overtake?.();
    return await super.save(write);
  }
}

for (
  const [before, meanwhile, fields, after] of [
    [["apple", "pear"], "/cart/remove", { item: "apple" }, []],
    [["apple", "pear"], "/cart/remove", { item: "pear" }, ["apple"]],
    [["pear", "pear"], "/cart/remove", { item: "pear" }, []],
    [["pear"], "/cart", { item: "plum" }, ["plum"]],
    [["pear", "apple"], "/cart/clear", {}, []],
  ] as const
) {
  const meeting = `${meanwhile} ${JSON.stringify(fields)}`;
  Deno.test(`removing a pear from ${before} finds it after a parallel ${meeting}`, async () => {
    const store = new OvertakenStore();
    const { browser } = site({ store });
    for (const item of before) await browser.submit("/cart", "/cart", { item });
    const page = await browser.get("/cart");
    store.overtake = () => browser.post(meanwhile, { ...fields, csrf_token: tokenIn(page) });
    assertEquals(itemsIn(await browser.press(page, "Remove pear")), [...after]);
    assertEquals(store.overtake, null);
  });
}
