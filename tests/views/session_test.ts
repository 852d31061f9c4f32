import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { CookieStore, generateSecret } from "../../src/session/mod.ts";
import { Browser, countIn, messagesIn, tokenIn } from "../support/browser.ts";
import { SECRET } from "../support/secrets.ts";
import { site } from "../support/site.ts";

/** The term and what stands beside it, as text. */
function told(text: string, term: string): string {
  const found = new RegExp(`<dt>${term}</dt><dd>(.*?)</dd>`).exec(text)?.[1] ?? "";
  return found.replace(/<[^>]+>/g, "");
}

Deno.test("the session page shows a new visitor an empty session", async () => {
  const { text } = await site().browser.get("/session");
  assertStringIncludes(text, "It begins with this page");
  assertStringIncludes(text, "<p>None yet.</p>");
  assertStringIncludes(text, "of 4096 bytes used</label>");
  assertEquals(told(text, "Store"), "cookie");
  assertEquals(told(text, "Sealed with"), "nothing yet");
  assertEquals(told(text, "Owner"), "nobody");
  assertEquals(told(text, "Messages waiting"), "0");
});

Deno.test("the session page shows values, key and what was done last", async () => {
  const { browser } = site();
  await browser.submit("/cart", "/cart", { item: "apple" });
  await browser.get("/");
  const { text } = await browser.get("/session");
  assertFalse(text.includes("It begins with this page"));
  assertStringIncludes(text, '<b>counter</b> <code class="number">1</code>');
  assertStringIncludes(text, '<code class="string">&quot;apple&quot;</code>');
  assertMatch(told(text, "Sealed with"), /^[0-9a-f]{8}, the newest secret$/);
  assertStringIncludes(text, "<li><code>update counter</code></li>");
});

Deno.test("the session page tells when an older secret sealed the session", async () => {
  const { browser } = site();
  await browser.get("/");
  const store = new CookieStore({ secrets: [generateSecret(), SECRET] });
  const rotated = new Browser(site({ store }).handler, { jar: browser.jar });
  assertStringIncludes(told((await rotated.get("/session")).text, "Sealed with"), "older secret");
  assertStringIncludes(told((await rotated.get("/session")).text, "Sealed with"), "newest secret");
});

/** A visitor who sent a form and has not seen the page that the answer leads to. */
async function sent(path: string, fields: Record<string, string>): Promise<Browser> {
  const { browser } = site();
  const csrf_token = tokenIn(await browser.get(path));
  await browser.fetch(path, {
    method: "POST",
    body: new URLSearchParams({ ...fields, csrf_token }),
  });
  return browser;
}

Deno.test("the session page counts messages that wait", async () => {
  const browser = await sent("/cart", { item: "apple" });
  const { text } = await browser.get("/session", { prefetch: true });
  assertEquals(told(text, "Messages waiting"), "1");
  assertStringIncludes(text, '<th scope="row">flash messages</th>');
});

Deno.test("the session page counts a refused form by its room alone", async () => {
  const browser = await sent("/sign-in", { name: " " });
  const { text } = await browser.get("/session");
  assertEquals(told(text, "Messages waiting"), "0");
  assertStringIncludes(text, '<th scope="row">remembered forms</th>');
  assertEquals(messagesIn({ ...await browser.get("/session"), text }), []);
  assertStringIncludes((await browser.get("/sign-in")).text, "Say who you are.");
});

Deno.test("the session page's bytes are those of the cookie", async () => {
  const { browser } = site();
  await browser.get("/");
  const [cookie] = browser.jar.cookies;
  const { text } = await browser.get("/session");
  const bytes = Number(/<meter[^>]* value="(\d+)"/.exec(text)?.[1]);
  // What counts is the whole line of the cookie: name, value and attributes.
  const least = (cookie?.name.length ?? 0) + (cookie?.value.length ?? 0);
  assert(bytes >= least && bytes < least + 100, `${bytes} bytes, the cookie has ${least}`);
});

Deno.test("the session page puts the moments of a session in order", async () => {
  let now = Date.UTC(2026, 0, 1);
  const { browser } = site({ now: () => now });
  await browser.get("/");
  now += 60_000;
  const { text } = await browser.get("/session");
  const times = [...text.matchAll(/<b>([^<]+)<\/b><span>[^<]*<\/span><time datetime="([^"]+)"/g)];
  const moments = Object.fromEntries(times.map(([, name, at]) => [name, at]));
  assertEquals(moments["Created"], "2026-01-01T00:00:00.000Z");
  assertEquals(moments["Last renewed"], "2026-01-01T00:00:00.000Z");
  assertEquals(moments["Idle limit"], "2026-01-01T00:20:00.000Z");
  assertEquals(moments["Absolute limit"], "2026-01-08T00:00:00.000Z");
  const dates = times.map(([, , at]) => at);
  assertEquals(dates, dates.toSorted());
});

Deno.test("renewing keeps the values", async () => {
  const { browser } = site();
  await browser.get("/");
  const page = await browser.submit("/session", "/session/regenerate", {});
  assertEquals(messagesIn(page), ["Your session is renewed; it keeps its values."]);
  assertEquals(countIn(await browser.get("/")), 2);
});

Deno.test("resetting forgets the values", async () => {
  const { browser } = site();
  await browser.submit("/cart", "/cart", { item: "apple" });
  await browser.get("/");
  const page = await browser.submit("/session", "/session/reset", {});
  assertEquals(messagesIn(page), ["Your session starts afresh."]);
  assertFalse(page.text.includes("apple"));
  assertEquals(countIn(await browser.get("/")), 1);
});

for (const action of ["/session/reset", "/session/regenerate", "/sign-out", "/cart/clear"]) {
  Deno.test(`${action} asks for the token`, async () => {
    const { browser } = site();
    await browser.get("/");
    assertEquals((await browser.post(action, {})).status, 403);
    assertEquals(countIn(await browser.get("/")), 2);
    assertEquals((await browser.get(action)).status, 405);
  });
}
