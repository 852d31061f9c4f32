import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { stateOf } from "../../src/session/session.ts";
import { removeItemView } from "../../views/cart.tsx";
import { call } from "../views/call.ts";
import { Browser, countIn, messagesIn, tokenIn } from "./browser.ts";
import { site } from "./site.ts";

const ADDED = "Your item was added.";

function shop(): Browser {
  return new Browser(site().handler);
}

Deno.test("adding to the cart is told once, after the redirect", async () => {
  const browser = shop();
  const page = await browser.submit("/cart", "/cart", { item: "apple" });
  assertEquals([page.status, new URL(page.url).pathname], [200, "/cart"]);
  assertStringIncludes(page.text, `<p role="status">${ADDED}</p>`);
  assertStringIncludes(page.text, "<span>apple</span>");
  const again = await browser.get("/cart");
  assertEquals(messagesIn(again), []);
  assertStringIncludes(again.text, "<span>apple</span>");
});

Deno.test("a message waits for the next page, whichever that is", async () => {
  const { handler } = site();
  const browser = new Browser(handler);
  const token = tokenIn(await browser.get("/cart"));
  const request = new Request("http://127.0.0.1:8000/cart", {
    method: "POST",
    body: new URLSearchParams({ item: "apple", csrf_token: token }),
    headers: { cookie: browser.jar.header("http://127.0.0.1:8000/") ?? "" },
  });
  const response = await handler(request);
  assertEquals([response.status, response.headers.get("location")], [303, "/cart"]);
  browser.jar.store(request.url, response);

  assertEquals(messagesIn(await browser.get("/", { "sec-purpose": "prefetch" })), [ADDED]);
  await browser.get("/cart", {}, "HEAD");
  assertEquals(messagesIn(await browser.get("/howdy")), [ADDED]);
  assertEquals(messagesIn(await browser.get("/cart")), []);
});

for (
  const [what, fields, headers] of [
    ["without a token", {}, {}],
    ["with another visitor's token", { csrf_token: "x".repeat(86) }, {}],
    ["from another site", null, { "sec-fetch-site": "cross-site" }],
  ] as const
) {
  Deno.test(`adding ${what} is refused and changes nothing`, async () => {
    const browser = shop();
    const token = tokenIn(await browser.submit("/cart", "/cart", { item: "apple" }));
    const refused = await browser.post(
      "/cart",
      { item: "pear", ...(fields ?? { csrf_token: token }) },
      headers,
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

Deno.test("items are removed by number, and the cart is emptied", async () => {
  const browser = shop();
  for (const item of ["apple", "pear", "plum"]) await browser.submit("/cart", "/cart", { item });
  const removed = await browser.submit("/cart", "/cart/remove", { index: "1" });
  assertEquals(messagesIn(removed), ["“pear” was removed."]);
  assert(removed.text.includes("apple") && removed.text.includes("plum"));
  const cleared = await browser.submit("/cart", "/cart/clear", {});
  assertEquals(messagesIn(cleared), ["Your cart is empty again."]);
  assertStringIncludes(cleared.text, "There is nothing in it yet.");
});

for (const index of ["7", "-1", "one", "", "1.5", "length"]) {
  Deno.test(`removing number ${JSON.stringify(index)} of one item removes nothing`, async () => {
    const browser = shop();
    await browser.submit("/cart", "/cart", { item: "apple" });
    const page = await browser.submit("/cart", "/cart/remove", { index });
    assertEquals(messagesIn(page), ["That item is no longer in your cart."]);
    assertStringIncludes(page.text, "<span>apple</span>");
  });
}

Deno.test("an item that is too long is refused with its length", async () => {
  const page = await shop().submit("/cart", "/cart", { item: "x".repeat(501) });
  assertEquals(page.status, 422);
  assertStringIncludes(page.text, "can have 500 characters, this one has 501");
});

Deno.test("a cart that outgrows its cookie says so and stays as it was", async () => {
  const { handler, errors } = site();
  const browser = new Browser(handler);
  let page = await browser.get("/cart");
  let count = 0;
  while (page.status === 200) {
    page = await browser.submit("/cart", "/cart", { item: `${count++}${"x".repeat(400)}` });
    assert(count < 20);
  }
  assertEquals(page.status, 413);
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
  const removed = await browser.submit("/cart", "/cart/remove", { index: "0" });
  assertEquals(messagesIn(removed), [`“${escaped}” was removed.`]);
});

Deno.test("removing spares what a parallel request put in an item's place", async () => {
  const { sessions } = site();
  const request = new Request("http://localhost/cart/remove", {
    method: "POST",
    body: new URLSearchParams({ index: "0" }),
  });
  const session = await sessions.load(request);
  session.set("cart", ["apple", "pear"]);
  await call(removeItemView, session, request);
  const remove = session.changes.find(({ kind }) => kind === "update");
  for (
    const [before, after] of [[["apple", "plum"], ["plum"]], [["pear"], ["pear"]], [undefined, []]]
  ) {
    const newer = await sessions.load(request);
    if (before !== undefined) newer.set("cart", before);
    const { record } = stateOf(newer);
    assertEquals(remove?.apply(record).data.cart, after);
  }
});
