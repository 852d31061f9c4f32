import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { setPrivate, withHeaders } from "../../src/session/headers.ts";
import { testWith } from "../support/has.ts";

const test = testWith("net");

function ruled(init: HeadersInit = {}, once = false, owned = false): Headers {
  const headers = new Headers(init);
  setPrivate(headers, once, owned);
  return headers;
}

Deno.test.each<[name: string, given: string | null, kept: string]>([
  ["cache-control", null, "private, no-cache"],
  ["cache-control", "private", "private"],
  ["cache-control", "PRIVATE", "PRIVATE"],
  ["cache-control", "no-store", "no-store"],
  ["cache-control", "public", "private"],
  ["cache-control", "public, max-age=60", "private, max-age=60"],
  ["cache-control", "max-age=60,s-maxage=600", "private, max-age=60"],
  ["cache-control", "Public, S-MaxAge=5, immutable", "private, immutable"],
  ["cache-control", "private, max-age=10", "private, max-age=10"],
  ["cache-control", 'private="x-user", max-age=10', "private, no-cache"],
  ["cache-control", 'no-cache="set-cookie, x-user", max-age=10', "private, no-cache"],
  ["cache-control", 'no-cache="x", private="y, public"', "private, no-cache"],
  ["cache-control", 'no-cache="set-cookie", no-store', "no-store"],
  ["cache-control", "private=x, s-maxage = 5, max-age=1", "private, max-age=1"],
  ["cache-control", "no-store, max-age=0", "private, no-store, max-age=0"],
  ["cache-control", "", "private"],
  ["cache-control", ", ,", "private"],
  ["vary", null, "Cookie"],
  ["vary", "Accept", "Accept, Cookie"],
  ["vary", "accept, cookie", "accept, cookie"],
  ["vary", "Cookie", "Cookie"],
  ["vary", "*", "*"],
  ["vary", "X-Cookie", "X-Cookie, Cookie"],
  ["vary", "Cookie-Consent", "Cookie-Consent, Cookie"],
])("setPrivate() makes %s: %j %j", (name, given, kept) => {
  assertEquals(ruled(given === null ? {} : { [name]: given }).get(name), kept);
});

Deno.test("setPrivate() lets no cache keep what is shown once, whatever the view says", () => {
  assertEquals(ruled({}, true).get("cache-control"), "private, no-store");
  for (const given of ["max-age=5", "public, max-age=60, immutable", "private", "no-cache"]) {
    assertEquals(ruled({ "cache-control": given }, true).get("cache-control"), "private, no-store");
  }
});

Deno.test("setPrivate() lets no cache keep a page of an account, unless the view says so", () => {
  assertEquals(ruled({}, false, true).get("cache-control"), "private, no-store");
  const given = ruled({ "cache-control": "max-age=5" }, false, true);
  assertEquals(given.get("cache-control"), "private, max-age=5");
});

Deno.test.each([
  "CDN-Cache-Control",
  "Cloudflare-CDN-Cache-Control",
  "Netlify-CDN-Cache-Control",
  "Vercel-CDN-Cache-Control",
  "Unheard-Of-Cache-Control",
  "x-cache-control",
  "Surrogate-Control",
  "Edge-Control",
  "X-Accel-Expires",
])("setPrivate() removes %s, which shared caches would obey instead", (name) => {
  const headers = ruled({ [name]: "max-age=600", "x-other": "1" });
  assertEquals([...headers.keys()], ["cache-control", "vary", "x-other"]);
});

Deno.test("setPrivate() changes nothing else", () => {
  const others = [
    "access-control-allow-origin",
    "cache-control-notes",
    "etag",
    "expires",
    "surrogate-control-notes",
    "surrogate-key",
    "x-accel-expires-at",
    "x-cache",
    "x-surrogate-control",
  ];
  const headers = ruled(others.map((name): [string, string] => [name, "1"]));
  assertEquals([...headers.keys()], [...others, "cache-control", "vary"].toSorted());
});

const setX = (headers: Headers) => headers.set("x-a", "1");

Deno.test("withHeaders() changes a response with a body in place", () => {
  const response = new Response("text");
  assertStrictEquals(withHeaders(response, setX), response);
  assertEquals(response.headers.get("x-a"), "1");
});

Deno.test("withHeaders() changes a copy of a response whose headers are immutable", async () => {
  const fetched = await fetch("data:text/plain,hello");
  assertThrows(() => fetched.headers.set("x-a", "0"), TypeError);
  const response = withHeaders(fetched, setX);
  assertEquals([response.status, response.statusText], [200, "OK"]);
  assertEquals([...response.headers], [["content-type", "text/plain"], ["x-a", "1"]]);
  assertEquals(await response.text(), "hello");
});

Deno.test("withHeaders() returns a response that cannot be copied", () => {
  const response = Response.error();
  assertStrictEquals(withHeaders(response, setX), response);
});

Deno.test("withHeaders() throws what the change throws", () => {
  const set = (headers: Headers) => headers.set("x-a", "\n\0");
  assertThrows(() => withHeaders(new Response("text"), set), TypeError);
  const mistake = () => {
    throw new RangeError("a mistake");
  };
  assertThrows(() => withHeaders(new Response("text"), mistake), RangeError, "a mistake");
});

test("withHeaders() leaves the response that opens a WebSocket usable", async () => {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = () => socket.close();
    return withHeaders(response, setX);
  });
  const socket = new WebSocket(`ws://127.0.0.1:${(server.addr as Deno.NetAddr).port}/`);
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  socket.onopen = () => socket.send("done");
  assert((await closed).wasClean);
});
