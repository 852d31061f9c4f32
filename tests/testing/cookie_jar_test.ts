import { CookieJar, TestClock } from "@satchel/satchel/testing";
import { assert, assertEquals, assertFalse } from "@std/assert";

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
  const clock = new TestClock(1_000_000);
  const jar = new CookieJar(clock.now);
  jar.storeLine(SITE, "short=1; Max-Age=10; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/");
  jar.storeLine(SITE, "dated=1; Expires=Thu, 01 Jan 1970 00:20:00 GMT; Path=/");
  assertEquals(jar.header("https://shop.example/"), "short=1; dated=1");
  clock.advance(10);
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
      "=",
      "",
      "=__Host-id",
      "__Http-id=1; Secure; Path=/",
      "__Host-Http-id=1; Secure; Path=/",
      "__HOST-id=1; Secure",
      "id=1; Domain=example; Path=/",
      "id=1; Domain=a.shop.example",
      "id=a\x01b",
      `id=${"x".repeat(4095)}`,
    ]
  ) {
    assertFalse(jar.storeLine(SITE, line), line);
  }
  assertEquals(jar.cookies, []);
  assert(jar.storeLine(SITE, "__Host-id=1; Secure; Path=/"));
  assert(jar.storeLine(SITE, "__Host-Http-id=1; Secure; HttpOnly; Path=/"));
  assert(jar.storeLine(SITE, `id=${"x".repeat(4094)}`));
  assertFalse(jar.storeLine("http://shop.example/", "__Host-id=1; Secure; Path=/"));
});

Deno.test("CookieJar.storeLine() keeps no cookie for more than 400 days", () => {
  const clock = new TestClock();
  const jar = new CookieJar(clock.now);
  jar.storeLine(SITE, "one=1; Max-Age=99999999");
  jar.storeLine(SITE, "two=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT");
  clock.advance(400 * 86_400 - 1);
  assertEquals(jar.cookies.length, 2);
  clock.advance(1);
  assertEquals(jar.cookies, []);
});

Deno.test("CookieJar.storeLine() passes over an attribute of more than 1024 bytes", () => {
  const jar = new CookieJar();
  assert(jar.storeLine(SITE, `id=1; Path=/${"x".repeat(1024)}`));
  assertEquals(jar.cookies[0]?.path, "/a");
});

Deno.test("CookieJar.storeLine() lets no plain connection take the place of a secure cookie", () => {
  const jar = new CookieJar();
  jar.storeLine("https://shop.example/", "id=1; Secure; Domain=shop.example; Path=/");
  for (const line of ["id=2; Path=/", "id=2; Path=/deep", "id=; Max-Age=0; Path=/"]) {
    assertFalse(jar.storeLine("http://www.shop.example/", line), line);
  }
  assert(jar.storeLine("http://www.shop.example/", "other=2; Path=/"));
  assertEquals(jar.header("https://www.shop.example/"), "id=1; other=2");
});

Deno.test("CookieJar.storeLine() takes a domain for an address or a host without a dot literally", () => {
  const jar = new CookieJar();
  for (const host of ["127.0.0.1", "localhost"]) {
    assert(jar.storeLine(`http://${host}/`, `id=1; Domain=${host}; Path=/`));
    assertEquals(jar.header(`http://${host}/`), "id=1");
  }
  assertEquals(jar.header("http://www.localhost/"), null);
  assertFalse(jar.storeLine("http://127.0.0.1/", "id=1; Domain=0.0.1; Path=/"));
});

Deno.test("CookieJar.header() sends a cookie without a name as its value alone", () => {
  const jar = new CookieJar();
  assert(jar.storeLine(SITE, "=bare"));
  assert(jar.storeLine(SITE, "barer"));
  assertEquals(jar.header(SITE), "barer");
});

Deno.test("CookieJar.header() keeps what SameSite is stricter than the request", () => {
  const jar = new CookieJar();
  for (
    const line of ["s=1; SameSite=strict", "l=1; SameSite=Lax", "d=1", "n=1; SameSite=None; Secure"]
  ) {
    assert(jar.storeLine(SITE, line));
  }
  assertEquals(jar.header(SITE), "s=1; l=1; d=1; n=1");
  assertEquals(jar.header(SITE, "Lax"), "l=1; d=1; n=1");
  assertEquals(jar.header(SITE, "None"), "n=1");
  assertFalse(jar.storeLine(SITE, "l=2; SameSite=Lax", "None"));
  assert(jar.storeLine(SITE, "n=2; SameSite=None; Secure", "None"));
});
