import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { html } from "../../src/web/mod.ts";
import { setPrivate, withHeaders } from "../../src/session/headers.ts";

function ruled(init: HeadersInit = {}, once = false): Headers {
  const headers = new Headers(init);
  setPrivate(headers, once);
  return headers;
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
  Deno.test(`setPrivate() makes ${JSON.stringify(given)} "${kept}"`, () => {
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
  Deno.test(`setPrivate() makes Vary ${JSON.stringify(given)} "${kept}"`, () => {
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
  Deno.test(`setPrivate() takes ${name} away, which shared caches would heed instead`, () => {
    const headers = ruled({ [name]: "max-age=600", "x-other": "1" });
    assertEquals([headers.get(name), headers.get("x-other")], [null, "1"]);
  });
}

Deno.test("setPrivate() lets no cache at all keep what is shown once", () => {
  assertEquals(ruled({}, true).get("cache-control"), "private, no-store");
  assertEquals(
    ruled({ "cache-control": "max-age=5" }, true).get("cache-control"),
    "private, max-age=5",
  );
});

Deno.test("setPrivate() changes nothing else", () => {
  const headers = ruled({ etag: '"a"', expires: "0" });
  assertEquals([...headers.keys()], ["cache-control", "etag", "expires", "vary"]);
});

const setX = (headers: Headers) => headers.set("x-a", "1");

Deno.test("withHeaders() changes a response in place where it can", () => {
  const response = html("");
  assertStrictEquals(withHeaders(response, setX), response);
  assertEquals(response.headers.get("x-a"), "1");
});

Deno.test("withHeaders() copies a response with immutable headers", () => {
  const response = withHeaders(Response.redirect("https://shop.example/", 307), setX);
  assertEquals(response.status, 307);
  assertEquals(response.headers.get("location"), "https://shop.example/");
  assertEquals(response.headers.get("x-a"), "1");
});

Deno.test("withHeaders() keeps status, headers and body of a fetched response", async () => {
  const fetched = await fetch("data:text/plain,hello");
  assertThrows(() => fetched.headers.set("x-a", "0"), TypeError);
  const response = withHeaders(fetched, setX);
  assertEquals([response.status, response.statusText], [200, "OK"]);
  assertEquals(response.headers.get("content-type"), "text/plain");
  assertEquals(response.headers.get("x-a"), "1");
  assertEquals(await response.text(), "hello");
});

Deno.test("withHeaders() returns what cannot be copied as it is", () => {
  const response = Response.error();
  assertStrictEquals(withHeaders(response, setX), response);
});

Deno.test("withHeaders() lets the caller's mistakes through", () => {
  assertThrows(() => withHeaders(html(""), (headers) => headers.set("x-a", "\n\0")), TypeError);
  const mistake = () => {
    throw new RangeError("a mistake");
  };
  assertThrows(() => withHeaders(html(""), mistake), RangeError, "a mistake");
});

Deno.test("withHeaders() does not stand in the way of a WebSocket", async () => {
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
