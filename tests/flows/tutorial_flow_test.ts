import { assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { Browser, countIn } from "../support/browser.ts";
import { site } from "../support/site.ts";

Deno.test("the tutorial's two pages share one counter", async () => {
  const { browser } = site();
  const counts = [];
  for (const path of ["/", "/howdy", "/", "/howdy"]) counts.push(countIn(await browser.get(path)));
  assertEquals(counts, [1, 2, 3, 4]);
});

Deno.test("the tutorial's pages are as the tutorial says", async () => {
  const { browser } = site();
  const home = await browser.get("/");
  assertStringIncludes(home.text, "<title>Quick Tutorial: Home View</title>");
  assertStringIncludes(home.text, "<h1>Hi Home View</h1><p>Count: 1</p>");
  const howdy = await browser.get("/howdy");
  assertStringIncludes(howdy.text, "<title>Quick Tutorial: Hello View</title>");
  assertStringIncludes(howdy.text, "<h1>Hi Hello View</h1><p>Count: 2</p>");
});

Deno.test("the counter outlives the server, and each visitor has one", async () => {
  const { browser } = site();
  await browser.get("/");
  const afterRestart = new Browser(site().handler, { jar: browser.jar });
  assertEquals(countIn(await afterRestart.get("/")), 2);
  assertEquals(countIn(await site().browser.get("/")), 1);
});

for (
  const [what, change] of [
    ["a truncated", (value: string) => value.slice(0, -5)],
    [
      "a tampered",
      (value: string) => value.replace(/(?<=^.{60})./, (char) => char === "A" ? "B" : "A"),
    ],
    ["a foreign", () => "hello"],
    ["an empty", () => ""],
  ] as const
) {
  Deno.test(`${what} cookie is a new visitor, not an error`, async () => {
    const { browser, errors } = site();
    await browser.get("/");
    const [cookie] = browser.jar.cookies;
    const line = `${cookie?.name}=${change(cookie?.value ?? "")}; Path=/`;
    browser.jar.storeLine("http://localhost/", line);
    const page = await browser.get("/");
    assertEquals(page.status, 200);
    assertEquals(countIn(page), 1);
    assertEquals(errors, []);
  });
}

Deno.test("an idle visitor starts again", async () => {
  let now = Date.UTC(2026, 0, 1);
  const { browser } = site({ idleTimeout: 60, now: () => now });
  await browser.get("/");
  now += 59_000;
  assertEquals(countIn(await browser.get("/")), 2);
  now += 61_000;
  assertEquals(countIn(await browser.get("/")), 1);
});

Deno.test("a page with a session is private and varies by cookie", async () => {
  const { headers } = await site().browser.get("/");
  assertEquals(headers.get("cache-control"), "private, no-cache");
  assertStringIncludes(headers.get("vary") ?? "", "Cookie");
  assertMatch(headers.get("content-security-policy") ?? "", /default-src 'none'/);
});

Deno.test("assets, health and unknown paths touch no session", async () => {
  const { browser } = site();
  const { text } = await browser.get("/nowhere");
  const [, style = ""] = /href="(\/assets\/style\.\w+\.css)"/.exec(text) ?? [];
  for (const path of [style, "/healthz", "/nowhere", "/assets/style.old.css"]) {
    const { headers } = await browser.get(path);
    assertEquals(headers.getSetCookie(), []);
    assertFalse(headers.get("vary")?.includes("Cookie"), path);
  }
  assertEquals(browser.jar.cookies, []);
});
