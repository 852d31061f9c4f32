import { assertEquals } from "@std/assert";
import { isHttps } from "../../src/session/cookie.ts";
import { requestOrigin } from "../../src/web/origin.ts";

const request = (url: string, headers: HeadersInit = {}) => new Request(url, { headers });

/** A request as Deno.serve makes it: its URL holds the `Host` header as the visitor sent it. */
function served(url: string): Request {
  return Object.defineProperty(request("http://h/"), "url", { value: url });
}

Deno.test.each([
  ["http://shop.example/cart?a#b", "http://shop.example"],
  ["https://shop.example/", "https://shop.example"],
  ["http://127.0.0.1:8000/", "http://127.0.0.1:8000"],
  ["http://[::1]:8000/", "http://[::1]:8000"],
  ["https://shop.example:8443/a/b", "https://shop.example:8443"],
  ["https://shop.example:80/", "https://shop.example:80"],
])("requestOrigin() of %s is %s", (url, origin) => {
  assertEquals(requestOrigin(request(url)), origin);
  assertEquals(requestOrigin(request(url)), new URL(url).origin);
});

Deno.test.each([
  ["http://SHOP.example:80/", "http://shop.example"],
  ["http://shop.example:443/", "http://shop.example:443"],
  ["http://shop.example", "http://shop.example"],
])("requestOrigin() writes %s as browsers do", (url, origin) => {
  assertEquals(requestOrigin(served(url)), origin);
});

Deno.test("requestOrigin() ignores forwarding headers unless the proxy is trusted", () => {
  const spoofed = request("http://h:8000/", {
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil.example",
  });
  assertEquals(requestOrigin(spoofed), "http://h:8000");
  assertEquals(requestOrigin(spoofed, { trustProxy: false }), "http://h:8000");
  assertEquals(isHttps(spoofed), false);
});

Deno.test.each(
  [
    [{}, "http://h:8000"],
    [{ "x-forwarded-proto": "https" }, "https://h:8000"],
    [{ "x-forwarded-host": "shop.example" }, "http://shop.example"],
    [{ "x-forwarded-proto": "https", "x-forwarded-host": "shop.example" }, "https://shop.example"],
    [{ "x-forwarded-proto": "HTTPS, http", "x-forwarded-host": " A.b , c" }, "https://a.b"],
    [{ "x-forwarded-proto": "https", "x-forwarded-host": "a.b:443" }, "https://a.b"],
    [{ "x-forwarded-proto": "http", "x-forwarded-host": "a.b:80" }, "http://a.b"],
    [{ "x-forwarded-host": "a.b:8443" }, "http://a.b:8443"],
    [{ "x-forwarded-host": "[::1]:8443" }, "http://[::1]:8443"],
    [{ "x-forwarded-proto": "javascript" }, "http://h:8000"],
    [{ "x-forwarded-proto": "" }, "http://h:8000"],
    [{ "x-forwarded-proto": ", https" }, "http://h:8000"],
    [{ "x-forwarded-host": "" }, "http://h:8000"],
    [{ "x-forwarded-host": "a/b" }, "http://h:8000"],
    [{ "x-forwarded-host": "user@a.b" }, "http://h:8000"],
    [{ "x-forwarded-host": "a.b:port" }, "http://h:8000"],
    [{ "x-forwarded-host": "a.b?c" }, "http://h:8000"],
    [{ "x-forwarded-host": "a b" }, "http://h:8000"],
    [{ "x-forwarded-host": '"><script>' }, "http://h:8000"],
  ] as const,
)("requestOrigin() with a trusted proxy's %j is %s", (headers, origin) => {
  const forwarded = request("http://h:8000/", headers);
  assertEquals(requestOrigin(forwarded, { trustProxy: true }), origin);
  assertEquals(isHttps(forwarded, { trustProxy: true }), origin.startsWith("https:"));
});

Deno.test("isHttps() lets a trusted proxy deny https too", () => {
  const forwarded = request("https://h/", { "x-forwarded-proto": "http" });
  assertEquals(isHttps(forwarded, { trustProxy: true }), false);
  assertEquals(isHttps(forwarded), true);
});
