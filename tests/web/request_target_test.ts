/** The target of a request: `createHandler()` refuses one that is not what it seems. */
import { assert, assertEquals } from "@std/assert";
import { html, type Route } from "../../src/web/mod.ts";
import { appOf, type Values } from "./app.ts";
import { patternsTried } from "./patterns_tried.ts";

/** A handler whose pages say which route answered. */
function site() {
  const routes = ["/public", "/admin", "/", "/blog/:year-:month-:day", "/raw/*", "//a.example/x"]
    .map((path): Route<Values> => ({ method: "GET", path, view: () => html(path) }));
  return appOf(() => html(""), { routes }).handler;
}

/** A request as those servers make it that put `Host` and the request's path together as text. */
function asSent(url: string, host?: string): Request {
  const request = new Request("http://localhost/", host === undefined ? {} : { headers: { host } });
  Object.defineProperty(request, "url", { value: url });
  return request;
}

async function answerOf(request: Request): Promise<string> {
  const response = await site()(request);
  const text = await response.text();
  return response.status === 200 ? text : `${response.status}`;
}

Deno.test.each([
  "shop",
  "shop.example",
  "SHOP.Example:8000",
  "shop.example.",
  "shop:",
  "a_b.example",
  "xn--bcher-kva.example",
  "127.0.0.1:65535",
  "[::1]",
  "[2001:db8::1]:8000",
  "[::ffff:127.0.0.1]:80",
])("createHandler() takes Host: %s", async (host) => {
  const handler = site();
  for (let time = 1; time <= 2; time++) { // a host that was seen before is remembered
    assertEquals((await handler(asSent(`http://${host}/public`, host))).status, 200);
  }
});

Deno.test.each([
  "shop/admin?",
  "shop/admin#",
  "shop/",
  "shop?",
  "shop#",
  "shop\\",
  "user@shop",
  "shop,other",
  "shop, other",
  "shop other",
  "",
  ":8000",
  "shop:80a",
  "shop:65536",
  "shop:100000",
  "shop:-1",
  "shop:80:80",
  "http://shop",
  "shöp",
  "shop%2f",
  "shop\u0001",
  "<b>",
  "999.1.1.1",
  "::1",
  "[::1",
  "[::1]x",
  "[:::]",
  "[v1.x]",
  `${"a.".repeat(200)}example`,
])("createHandler() answers 400 to Host: %j", async (host) => {
  const handler = site();
  assertEquals((await handler(asSent("http://shop/public", "shop"))).status, 200);
  assertEquals((await handler(asSent(`http://${host}/public`, host))).status, 400);
  assertEquals((await handler(asSent("http://shop/public", host))).status, 400);
});

Deno.test("createHandler() judges the host of the URL as well, and needs no Host", async () => {
  assertEquals(await answerOf(new Request("http://localhost/public")), "/public");
  assertEquals(await answerOf(new Request("http://[::1]:8000/public")), "/public");
  assertEquals(await answerOf(asSent("http://other:8000/public", "shop")), "/public");
  assertEquals(await answerOf(asSent("http://shop/public", "SHOP:80")), "/public");
  assertEquals(await answerOf(asSent("http://shop", "shop")), "/");
  assertEquals(await answerOf(asSent("http://user@other/public", "shop")), "400");
  assertEquals(await answerOf(asSent("http://user:word@shop/public")), "400");
  assertEquals(await answerOf(asSent("http://shop.evil/public", "shop")), "/public");
  assertEquals(await answerOf(asSent("http:///public")), "400");
  assertEquals(await answerOf(asSent("/public", "shop/")), "400"); // so Bun has it
  assertEquals(await answerOf(asSent("/public")), "400");
});

Deno.test.each([
  ["/public", "/public"],
  ["/public?x=/../admin", "/public"],
  ["/public#x", "/public"],
  ["/public?a#b", "/public"],
  ["/public#a?b", "/public"],
  ["/?b=/c", "/"],
  ["//a.example/x", "//a.example/x"],
  ["/public/", "404"],
  ["/raw/a.b/..c/d", "/raw/*"],
  ["/raw/.well-known/x", "/raw/*"],
  ["/raw/caf%C3%A9|^", "/raw/*"],
  ["//admin", "404"],
  ["/x/../admin", "400"],
  ["/x\\..\\admin", "400"],
  ["/%2e%2e/admin", "400"],
  ["/raw/a\nb", "400"],
  ["/raw/a\u0000b", "400"],
  ["/raw/<script>", "400"],
])("createHandler() answers a request for %j with %s", async (path, expected) => {
  assertEquals(await answerOf(asSent(`http://shop${path}`, "shop")), expected);
});

Deno.test("createHandler() answers 414 to a path of more than 4096 characters, before any pattern", async () => {
  const ask = (length: number, method = "GET") => {
    const path = "/blog/".padEnd(length, "-");
    return site()(new Request(`http://localhost${path}?${"x".repeat(5000)}`, { method }));
  };
  const short = await patternsTried(async () => assertEquals((await ask(4096)).status, 404));
  assert(short > 0);
  const long = await patternsTried(async () => {
    const response = await ask(4097);
    assertEquals(response.status, 414);
    assertEquals(response.headers.get("x-content-type-options"), "nosniff");
    assertEquals((await ask(60_000, "POST")).status, 414);
  });
  assertEquals(long, 0);
});
