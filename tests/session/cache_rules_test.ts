import { assertEquals, assertStrictEquals } from "@std/assert";
import { keepPrivate } from "../../src/session/cache_rules.ts";

function ruled(headers: HeadersInit = {}): Headers {
  return keepPrivate(new Response(null, { headers })).headers;
}

const CONTROLS: [given: string | null, kept: string][] = [
  [null, "private, no-cache"],
  ["private", "private"],
  ["PRIVATE", "PRIVATE"],
  ["no-store", "no-store"],
  ["public", "private"],
  ["public, max-age=60", "private, max-age=60"],
  ["max-age=60,s-maxage=600", "private, max-age=60"],
  ["Public, S-MaxAge=5, immutable", "private, immutable"],
  ["private, max-age=10", "private, max-age=10"],
  ['private="x-user", max-age=10', "private, no-cache"],
  ['no-cache="set-cookie, x-user", max-age=10', "private, no-cache"],
  ['no-cache="x", private="y, public"', "private, no-cache"],
  ['no-cache="set-cookie", no-store', "no-store"],
  ["private=x, s-maxage = 5, max-age=1", "private, max-age=1"],
  ["no-store, max-age=0", "private, no-store, max-age=0"],
  ["", "private"],
  [", ,", "private"],
];

for (const [given, kept] of CONTROLS) {
  Deno.test(`keepPrivate() makes ${JSON.stringify(given)} "${kept}"`, () => {
    assertEquals(
      ruled(given === null ? {} : { "cache-control": given }).get("cache-control"),
      kept,
    );
  });
}

const VARIES: [given: string | null, kept: string][] = [
  [null, "Cookie"],
  ["Accept", "Accept, Cookie"],
  ["accept, cookie", "accept, cookie"],
  ["Cookie", "Cookie"],
  ["*", "*"],
  ["X-Cookie", "X-Cookie, Cookie"],
  ["Cookie-Consent", "Cookie-Consent, Cookie"],
];

for (const [given, kept] of VARIES) {
  Deno.test(`keepPrivate() makes Vary ${JSON.stringify(given)} "${kept}"`, () => {
    assertEquals(ruled(given === null ? {} : { vary: given }).get("vary"), kept);
  });
}

for (
  const name of [
    "CDN-Cache-Control",
    "Cloudflare-CDN-Cache-Control",
    "Netlify-CDN-Cache-Control",
    "Vercel-CDN-Cache-Control",
    "Surrogate-Control",
    "Edge-Control",
    "X-Accel-Expires",
  ]
) {
  Deno.test(`keepPrivate() takes ${name} away, which shared caches would heed instead`, () => {
    const headers = ruled({ [name]: "max-age=600", "x-other": "1" });
    assertEquals([headers.get(name), headers.get("x-other")], [null, "1"]);
  });
}

Deno.test("keepPrivate() lets no cache at all keep what is shown once", () => {
  const headers = (init: HeadersInit) =>
    keepPrivate(new Response(null, { headers: init }), true).headers;
  assertEquals(headers({}).get("cache-control"), "private, no-store");
  assertEquals(
    headers({ "cache-control": "max-age=5" }).get("cache-control"),
    "private, max-age=5",
  );
});

Deno.test("keepPrivate() changes nothing else", () => {
  const response = new Response("text", { status: 201, headers: { etag: '"a"', expires: "0" } });
  assertStrictEquals(keepPrivate(response), response);
  assertEquals([...response.headers.keys()], [
    "cache-control",
    "content-type",
    "etag",
    "expires",
    "vary",
  ]);
});

Deno.test("keepPrivate() copies a response whose headers are immutable", () => {
  const response = keepPrivate(Response.redirect("http://shop.example/"));
  assertEquals(response.headers.get("cache-control"), "private, no-cache");
});
