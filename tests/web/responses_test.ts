import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { html, redirect, withSecurityHeaders } from "../../src/web/mod.ts";

const HTML = "text/html; charset=utf-8";

Deno.test("html() makes a page", async () => {
  const response = html("<h1>é</h1>");
  assertEquals(response.status, 200);
  assertEquals([...response.headers], [["content-type", HTML]]);
  assertEquals(await response.text(), "<h1>é</h1>");
});

Deno.test("html() keeps status and headers, its own content type among them", () => {
  const created = html("", { status: 201, headers: { "x-a": "1" } });
  assertEquals(created.status, 201);
  assertEquals([...created.headers], [["content-type", HTML], ["x-a", "1"]]);
  const xhtml = html("", { headers: [["Content-Type", "application/xhtml+xml"]] });
  assertEquals(xhtml.headers.get("content-type"), "application/xhtml+xml");
  assertEquals(html("", { status: 404 }).status, 404);
});

Deno.test("html() gives every response headers of its own", () => {
  html("").headers.set("set-cookie", "secret");
  assertEquals([...html("").headers], [["content-type", HTML]]);
});

Deno.test.each([
  ["/cart", "/cart"],
  ["cart?item=1#a", "cart?item=1#a"],
  ["?page=2", "?page=2"],
  ["https://shop.example/", "https://shop.example/"],
  ["/caf%C3%A9", "/caf%C3%A9"],
  ["/café", "/caf%C3%A9"],
  ["/a b", "/a%20b"],
  ["/😀", "/%F0%9F%98%80"],
  ["/\ud800", "/%EF%BF%BD"],
])("redirect(%j) leads to %j", (location, header) => {
  const response = redirect(location);
  assertEquals(response.status, 303);
  assertEquals(response.body, null);
  assertEquals(response.headers.get("location"), header);
});

Deno.test("redirect() takes a URL, and its headers can be changed", () => {
  const response = redirect(new URL("https://shop.example/a b"));
  response.headers.append("set-cookie", "a=1");
  assertEquals(response.headers.get("location"), "https://shop.example/a%20b");
});

Deno.test.each([301, 302, 303, 307, 308])("redirect() knows the status %d", (status) => {
  assertEquals(redirect("/", status).status, status);
});

Deno.test.each([200, 300, 304, 305, 306, 309, 404, NaN])(
  "redirect() refuses the status %d",
  (status) => {
    assertThrows(() => redirect("/", status), RangeError, `the status is ${status}`);
  },
);

Deno.test.each(["/\r\nset-cookie: a=1", "/\n", "/\0", "\t/", "/\x7f"])(
  "redirect() refuses control characters in %j",
  (location) => {
    assertThrows(() => redirect(location), RangeError, "control characters in the location");
  },
);

Deno.test("redirect() refuses an empty location", () => {
  assertThrows(() => redirect(""), RangeError, "the location is empty");
});

/** A page may have its own style and forms and no script; its own forms send their Origin. */
const SECURITY_HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; " +
    "base-uri 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

Deno.test("withSecurityHeaders() adds all of them, once", () => {
  const response = html("<h1>Hi</h1>");
  const secured = withSecurityHeaders(withSecurityHeaders(response));
  assertStrictEquals(secured, response);
  assertEquals(Object.fromEntries(secured.headers), { "content-type": HTML, ...SECURITY_HEADERS });
});

for (const name of Object.keys(SECURITY_HEADERS)) {
  Deno.test(`withSecurityHeaders() leaves the response's own ${name}`, () => {
    const { headers } = withSecurityHeaders(html("", { headers: { [name]: "own" } }));
    assertEquals(Object.fromEntries(headers), {
      "content-type": HTML,
      ...SECURITY_HEADERS,
      [name]: "own",
    });
  });
}

Deno.test("withSecurityHeaders() adds them to a copy of an immutable response", () => {
  const response = withSecurityHeaders(Response.redirect("https://shop.example/", 303));
  assertEquals(response.status, 303);
  assertEquals(response.headers.get("x-content-type-options"), "nosniff");
});
