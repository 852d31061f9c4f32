import { assert, assertEquals, assertFalse } from "@std/assert";
import { CookieJar } from "./cookie_jar.ts";

const SITE = "https://shop.example/a/b";

Deno.test("CookieJar.header() sends a cookie back to its host alone", () => {
  const jar = new CookieJar();
  jar.storeLine(SITE, "id=1; Path=/");
  assertEquals(jar.header("https://shop.example/"), "id=1");
  assertEquals(jar.header("https://other.example/"), null);
  assertEquals(jar.header("https://sub.shop.example/"), null);
});

Deno.test("CookieJar.header() sends a domain's cookie to all hosts below it", () => {
  const jar = new CookieJar();
  assert(jar.storeLine("https://a.shop.example/", "id=1; Domain=.shop.example; Path=/"));
  assertEquals(jar.header("https://b.shop.example/"), "id=1");
  assertEquals(jar.header("https://xshop.example/"), null);
  assertFalse(jar.storeLine(SITE, "id=1; Domain=other.example"));
});

Deno.test("CookieJar.header() obeys the path, longest first", () => {
  const jar = new CookieJar();
  jar.storeLine(SITE, "id=root; Path=/");
  jar.storeLine(SITE, "id=deep");
  assertEquals(jar.header("https://shop.example/a/x"), "id=deep; id=root");
  assertEquals(jar.header("https://shop.example/ab"), "id=root");
});

Deno.test("CookieJar.header() keeps a secure cookie from an open connection", () => {
  const jar = new CookieJar();
  assert(jar.storeLine(SITE, "id=1; Path=/; Secure"));
  assertEquals(jar.header("http://shop.example/"), null);
  assertFalse(jar.storeLine("http://shop.example/", "id=2; Secure"));
  assert(jar.storeLine("http://127.0.0.1/", "id=2; Secure"));
});

Deno.test("CookieJar.cookies leaves out what has expired", () => {
  let now = 1_000_000;
  const jar = new CookieJar(() => now);
  jar.storeLine(SITE, "short=1; Max-Age=10; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/");
  jar.storeLine(SITE, "dated=1; Expires=Thu, 01 Jan 1970 00:20:00 GMT; Path=/");
  assertEquals(jar.header("https://shop.example/"), "short=1; dated=1");
  now += 10_000;
  assertEquals(jar.header("https://shop.example/"), "dated=1");
  jar.storeLine(SITE, "dated=; Max-Age=0; Path=/");
  assertEquals(jar.cookies, []);
});

Deno.test("CookieJar.close() forgets session cookies alone", () => {
  const jar = new CookieJar();
  jar.storeLine(SITE, "lasting=1; Max-Age=60; Path=/");
  jar.storeLine(SITE, "passing=1; Path=/");
  jar.close();
  assertEquals(jar.header("https://shop.example/"), "lasting=1");
});

Deno.test("CookieJar.storeLine() replaces a cookie of the same name, host and path", () => {
  const jar = new CookieJar();
  jar.store(SITE, new Response(null, { headers: [["set-cookie", "id=1; Path=/"]] }));
  jar.storeLine(SITE, "id=2; Path=/; HttpOnly; SameSite=Strict");
  const [cookie, ...others] = jar.cookies;
  assertEquals(others, []);
  assertEquals([cookie?.value, cookie?.httpOnly, cookie?.sameSite], ["2", true, "Strict"]);
});

Deno.test("CookieJar.storeLine() refuses what a browser refuses", () => {
  const jar = new CookieJar();
  for (
    const line of [
      "__Host-id=1; Secure",
      "__Host-id=1; Path=/",
      "__Host-id=1; Secure; Path=/; Domain=shop.example",
      "__Secure-id=1; Path=/",
      "id=1; SameSite=None",
      "=1",
      "id",
      "id=a\x01b",
      `id=${"x".repeat(4095)}`,
    ]
  ) {
    assertFalse(jar.storeLine(SITE, line), line);
  }
  assert(jar.storeLine(SITE, "__Host-id=1; Secure; Path=/"));
  assert(jar.storeLine(SITE, `id=${"x".repeat(4094)}`));
  assertFalse(jar.storeLine("http://shop.example/", "__Host-id=1; Secure; Path=/"));
});
