import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { html } from "../../src/web/responses.ts";
import { SECURITY_HEADERS, withSecurityHeaders } from "../../src/web/security_headers.ts";

Deno.test("withSecurityHeaders() adds all of them", () => {
  const response = html("<h1>Hi</h1>");
  assertStrictEquals(withSecurityHeaders(response), response);
  for (const [name, value] of SECURITY_HEADERS) assertEquals(response.headers.get(name), value);
  assertEquals([...response.headers].length, 1 + SECURITY_HEADERS.length);
});

Deno.test("withSecurityHeaders() leaves what the response says itself", () => {
  for (const [name] of SECURITY_HEADERS) {
    const response = withSecurityHeaders(html("", { headers: { [name]: "own" } }));
    assertEquals(response.headers.get(name), "own");
    assertEquals([...response.headers].length, 1 + SECURITY_HEADERS.length);
  }
});

Deno.test("withSecurityHeaders() reaches immutable responses", () => {
  const response = withSecurityHeaders(Response.redirect("https://shop.example/", 303));
  assertEquals(response.status, 303);
  assertEquals(response.headers.get("x-content-type-options"), "nosniff");
});

Deno.test("withSecurityHeaders() changes nothing when applied twice", () => {
  const once = [...withSecurityHeaders(html("")).headers];
  assertEquals([...withSecurityHeaders(withSecurityHeaders(html(""))).headers], once);
});

Deno.test("SECURITY_HEADERS allow a page its own style and forms, and no script", () => {
  const policy = new Map(SECURITY_HEADERS).get("content-security-policy") ?? "";
  const directives = new Map(policy.split("; ").map((text) => text.split(" ") as [string, string]));
  assertEquals(Object.fromEntries(directives), {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
  });
});

Deno.test("SECURITY_HEADERS let own forms send their Origin", () => {
  const referrer = new Map(SECURITY_HEADERS).get("referrer-policy") ?? "";
  assertMatch(referrer, /^same-origin$/);
});
