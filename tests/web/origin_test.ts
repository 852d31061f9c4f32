import { assertEquals, assertThrows } from "@std/assert";
import { originGuard, type OriginGuardOptions } from "../../src/web/mod.ts";

const OWN = "https://shop.example/cart";

function passes(
  headers: Record<string, string>,
  options: OriginGuardOptions = {},
  method = "POST",
  url = OWN,
): boolean {
  const request = new Request(OWN, { method, headers });
  Object.defineProperty(request, "url", { value: url }); // as written, not as `Request` writes it
  return originGuard(options)(request);
}

Deno.test.each(["GET", "HEAD", "OPTIONS"])("originGuard() lets every %s pass", (method) => {
  const headers = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
  assertEquals(passes(headers, {}, method), true);
});

Deno.test.each(["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "get-ish"])(
  "originGuard() checks every %s",
  (method) => {
    assertEquals(passes({ "sec-fetch-site": "cross-site" }, {}, method), false);
    assertEquals(passes({ origin: "https://evil.example" }, {}, method), false);
    assertEquals(passes({ "sec-fetch-site": "same-origin" }, {}, method), true);
  },
);

Deno.test.each(
  [
    ["same-origin", true],
    ["none", true],
    ["same-site", false],
    ["cross-site", false],
    ["", false],
    ["Same-Origin", false],
    ["same-origin, same-origin", false],
    ["anything", false],
  ] as const,
)("originGuard() takes Sec-Fetch-Site: %j for %j, whatever Origin says", (site, expected) => {
  assertEquals(passes({ "sec-fetch-site": site }), expected);
  for (const origin of ["https://evil.example", "https://shop.example", "null"]) {
    assertEquals(passes({ "sec-fetch-site": site, origin }), expected);
  }
});

Deno.test.each(
  [
    [OWN, "https://shop.example", true],
    ["https://shop.example:8443/a/b?c#d", "https://shop.example:8443", true],
    ["https://shop.example:80/", "https://shop.example:80", true],
    ["http://SHOP.example:80/", "http://shop.example", true], // as a server may write its URL
    ["http://shop.example:443/", "http://shop.example:443", true],
    ["http://shop.example", "http://shop.example", true],
    [OWN, "http://shop.example", false], // anyone on the network can make that page
    ["http://shop.example/", "https://shop.example", true], // a proxy may have ended the encryption
    ["http://shop.example:443/", "https://shop.example", true],
    ["http://shop.example:8000/", "http://shop.example:8000", true],
    ["http://127.0.0.1:8000/", "http://127.0.0.1:8000", true],
    ["http://[::1]:8000/", "http://[::1]:8000", true],
    ["http://shop.example:8000/", "http://shop.example", false],
    ["http://shop.example:8000/", "http://shop.example:8001", false],
    ["http://127.0.0.1:8000/", "http://localhost:8000", false],
    ["http://shop.example/", "https://shop.example:8443", false],
    [OWN, "https://evil.example", false],
    [OWN, "https://shop.example.evil.example", false],
    [OWN, "https://evil-shop.example", false],
    [OWN, "https://www.shop.example", false],
    [OWN, "https://shop.example@evil.example", false],
    [OWN, "https://shop.example/", false],
    [OWN, "ftp://shop.example", false],
    [OWN, "shop.example", false],
    [OWN, "//shop.example", false],
    [OWN, "https://", false],
    [OWN, "https", false],
    [OWN, "null", false],
    [OWN, "", false],
    [OWN, "https://shop.example, https://evil.example", false],
  ] as const,
)("originGuard() at %s takes Origin: %j for %j", (url, origin, expected) => {
  assertEquals(passes({ origin }, {}, "POST", url), expected);
});

Deno.test("originGuard() lets a client that is not a browser pass", () => {
  assertEquals(passes({}), true);
  assertEquals(passes({ referer: "https://evil.example/" }), true);
});

Deno.test.each(["websocket", "WebSocket", "h2c, WEBSOCKET", "websocket/13", " websocket ,h2c"])(
  "originGuard() checks a GET with Upgrade: %s",
  (upgrade) => {
    const options = { trustedOrigins: ["https://pay.example"] };
    const from = (headers: Record<string, string>, method = "GET") =>
      passes({ upgrade, ...headers }, options, method);
    assertEquals(from({ origin: "https://shop.example" }), true);
    assertEquals(from({ origin: "https://pay.example" }), true);
    assertEquals(from({ origin: "https://pay.example", "sec-fetch-site": "cross-site" }), true);
    assertEquals(from({ origin: "https://shop.example", "sec-fetch-site": "same-origin" }), true);
    assertEquals(from({}), true, "not a browser");
    for (const method of ["GET", "HEAD", "OPTIONS"]) {
      assertEquals(from({ origin: "https://evil.example" }, method), false);
      assertEquals(from({ origin: "https://blog.shop.example" }, method), false);
      assertEquals(from({ origin: "http://shop.example" }, method), false);
      assertEquals(from({ origin: "null" }, method), false);
      assertEquals(from({ "sec-fetch-site": "same-site" }, method), false);
      assertEquals(from({ "sec-fetch-site": "cross-site" }, method), false);
    }
  },
);

Deno.test("originGuard() lets a GET with another Upgrade pass", () => {
  const headers = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  assertEquals(passes({ ...headers, upgrade: "h2c" }, {}, "GET"), true);
});

Deno.test("originGuard() lets trusted origins pass, and only them", () => {
  const options = { trustedOrigins: ["https://pay.example", "http://localhost:5173"] };
  for (const site of ["cross-site", "same-site"]) {
    const from = (origin: string) => passes({ "sec-fetch-site": site, origin }, options);
    assertEquals(from("https://pay.example"), true);
    assertEquals(from("http://localhost:5173"), true);
    assertEquals(from("http://pay.example"), false);
    assertEquals(from("https://pay.example:444"), false);
    assertEquals(from("https://x.pay.example"), false);
    assertEquals(from("https://shop.example"), false);
    assertEquals(from("null"), false);
  }
  assertEquals(passes({ origin: "https://pay.example" }, options), true);
  assertEquals(passes({ origin: "https://shop.example" }, options), true);
  assertEquals(passes({ "sec-fetch-site": "cross-site" }, options), false);
});

Deno.test("originGuard() compares with the host a trusted proxy names", () => {
  const headers = { origin: "https://shop.example", "x-forwarded-host": "shop.example" };
  const url = "http://10.0.0.7:8000/cart";
  assertEquals(passes(headers, { trustProxy: true }, "POST", url), true);
  assertEquals(passes(headers, { trustProxy: false }, "POST", url), false);
  assertEquals(passes(headers, {}, "POST", url), false);
  const open = { origin: "http://shop.example", "x-forwarded-proto": "http" };
  assertEquals(passes(open, { trustProxy: true }), true);
  assertEquals(passes(open), false);
  const spoofed = { origin: "https://evil.example", "x-forwarded-host": "evil.example" };
  assertEquals(passes(spoofed), false);
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
    [{ "x-forwarded-proto": "wss", "x-forwarded-host": "a.b" }, "https://a.b"],
    [{ "x-forwarded-host": "a.b", "x-forwarded-port": "8080" }, "http://a.b:8080"],
    [{ "x-forwarded-host": "a.b", "x-forwarded-port": " 8080 , 80" }, "http://a.b:8080"],
    [{ "x-forwarded-host": "a.b:81", "x-forwarded-port": "8080" }, "http://a.b:81"],
    [{ "x-forwarded-host": "[::1]", "x-forwarded-port": "8080" }, "http://[::1]:8080"],
    [{ "x-forwarded-host": "a.b", "x-forwarded-port": "80" }, "http://a.b"],
    [{ "x-forwarded-host": "a.b", "x-forwarded-port": "443" }, "http://a.b"],
    [{ "x-forwarded-host": "a.b", "x-forwarded-port": "70000" }, "http://a.b"],
    [{ "x-forwarded-host": "a.b", "x-forwarded-port": "port" }, "http://a.b"],
    [{ "x-forwarded-host": "a.b", "x-forwarded-port": "" }, "http://a.b"],
    [{ "x-forwarded-port": "8080" }, "http://h:8000"],
    [{ "forwarded": "host=a.b" }, "http://a.b"],
    [{ "forwarded": 'host="A.b:8443";proto=https' }, "https://a.b:8443"],
    [{ "forwarded": 'for=1.2.3.4;host="[::1]:81", host=c.d;proto=https' }, "http://[::1]:81"],
    [{ "forwarded": "host=a.b, host=c.d" }, "http://a.b"],
    [{ "forwarded": "for=1.2.3.4, host=c.d" }, "http://h:8000"],
    [{ "forwarded": 'for="x;host=c.d"' }, "http://h:8000"],
    [{ "forwarded": "host=a/b" }, "http://h:8000"],
    [{ "forwarded": "host=c.d;proto=https", "x-forwarded-host": "a.b" }, "https://a.b"],
    [{ "forwarded": "host=a.b;proto=https", "x-forwarded-port": "8443" }, "https://a.b:8443"],
    [
      { "x-forwarded-proto": "https", "x-forwarded-host": "a.b", "x-forwarded-port": "80" },
      "https://a.b",
    ],
  ] as const,
)("originGuard() takes a request with a trusted proxy's %j for one to %s", (headers, own) => {
  const from = (origin: string) =>
    passes({ ...headers, origin }, { trustProxy: true }, "POST", "http://h:8000/");
  assertEquals(from(own), true);
  assertEquals(from(own.replace("https:", "http:")), own.startsWith("http:"));
  assertEquals(from(`${own}0`), false);
});

Deno.test.each(
  [
    ["https://app.example/", 'an origin looks like "https://app.example"'],
    ["https://app.example/path", 'an origin looks like "https://app.example"'],
    ["https://APP.example", 'an origin looks like "https://app.example"'],
    ["https://app.example:443", 'an origin looks like "https://app.example"'],
    ["https://user@app.example", 'an origin looks like "https://app.example"'],
    [" https://app.example", 'an origin looks like "https://app.example"'],
    ["https://*.example.com", "an origin looks like"],
    ["capacitor://localhost/", 'an origin looks like "capacitor://localhost"'],
    ["Capacitor://localhost", 'an origin looks like "capacitor://localhost"'],
    ["capacitor://user@localhost", 'an origin looks like "capacitor://localhost"'],
    ["capacitor:", "an origin looks like"],
    ["capacitor://", "an origin looks like"],
    ["capacitor://*", "an origin looks like"],
    ["file:///", "an origin looks like"],
    ["blob:https://app.example/x", "an origin looks like"],
    ["app.example", "an origin looks like"],
    ["*", "an origin looks like"],
    ["null", "an origin looks like"],
    ["", "an origin looks like"],
    ["data:,", "an origin looks like"],
  ] as const,
)("originGuard() refuses to trust %j", (origin, message) => {
  assertThrows(
    () => originGuard({ trustedOrigins: ["https://good.example", origin] }),
    RangeError,
    message,
  );
});

Deno.test("originGuard() is not changed by later changes of its options", () => {
  const trustedOrigins = ["https://pay.example"];
  const guard = originGuard({ trustedOrigins });
  trustedOrigins.push("https://evil.example");
  const request = new Request(OWN, { method: "POST", headers: { origin: "https://evil.example" } });
  assertEquals(guard(request), false);
});
