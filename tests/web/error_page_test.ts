import { assert, assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import { errorPage, HttpError, type Problem } from "../../src/web/mod.ts";

const NOT_FOUND = new HttpError(404);
const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

const request = (accept?: string) =>
  new Request("https://shop.example/", accept === undefined ? {} : { headers: { accept } });

function typeFor(accept?: string): string | null {
  return errorPage(request(accept), NOT_FOUND).headers.get("content-type");
}

Deno.test.each([
  [400, "Bad Request"],
  [403, "Forbidden"],
  [404, "Not Found"],
  [405, "Method Not Allowed"],
  [413, "Content Too Large"],
  [415, "Unsupported Media Type"],
  [422, "Unprocessable Entity"],
  [500, "Internal Server Error"],
  [503, "Service Unavailable"],
  [499, "Error"],
])("errorPage() answers %d in both forms", async (status, title) => {
  const error = new HttpError(status, "Because");
  const page = errorPage(request(BROWSER), error);
  assertEquals(page.status, status);
  assertEquals(page.headers.get("content-type"), "text/html; charset=utf-8");
  const text = await page.text();
  assertStringIncludes(text, `<title>${status} ${title}</title>`);
  assertStringIncludes(text, `<h1>${title}</h1>\n<p>Because</p>`);

  const problem = errorPage(request("application/problem+json"), error);
  assertEquals(problem.status, status);
  assertEquals(problem.headers.get("content-type"), "application/problem+json");
  assertEquals(await problem.json(), { type: "about:blank", title, status, detail: "Because" });
});

Deno.test.each(
  [
    [undefined, "html"],
    ["", "html"],
    [BROWSER, "html"],
    ["*/*", "html"],
    ["text/*", "html"],
    ["image/png", "html"],
    ["TEXT/HTML", "html"],
    ["text/html;q=0.5, application/json", "json"],
    ["application/json", "json"],
    ["application/*", "json"],
    ["application/problem+json, */*;q=0.1", "json"],
    ["application/json;q=0, */*", "html"],
    ["text/html;q=0, */*", "json"],
    ["application/json;q=2", "json"],
  ] as const,
)("errorPage() answers Accept: %j with %s", (accept, form) => {
  assertEquals(typeFor(accept)?.includes("json") ? "json" : "html", form);
});

Deno.test("errorPage() copes with any Accept", () => {
  let seed = 11;
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  const pieces = 'text / html * ; q = , " 0.5 -1 \xff +json application/json __proto__ constructor'
    .split(" ").concat(" ", "\t", ";q=", "NaN");
  for (let round = 0; round < 3000; round++) {
    const accept = Array.from({ length: random(20) }, () => pieces[random(pieces.length)]).join("");
    assert(typeFor(accept));
  }
  assert(typeFor(",".repeat(10_000)));
});

Deno.test("errorPage() reads the first 1024 characters of Accept, and no more", () => {
  const tail = ", application/json";
  const padded = (length: number) => `a/${"b".repeat(length - tail.length - 2)}${tail}`;
  assertEquals(typeFor(padded(1024)), "application/problem+json");
  assertEquals(typeFor(padded(2048)), "text/html; charset=utf-8");
  assertEquals(typeFor(`application/json, ${"a/b,".repeat(16_000)}`), "application/problem+json");
});

Deno.test("errorPage() is not cached and varies by Accept, whatever the error says", () => {
  for (const accept of ["text/html", "application/json"]) {
    const headers = {
      allow: "GET, HEAD",
      vary: "Cookie",
      "content-type": "a/b",
      "cache-control": "public",
      "cdn-cache-control": "max-age=600",
    };
    const page = errorPage(request(accept), new HttpError(405, "", { headers })).headers;
    assertEquals(page.get("cache-control"), "no-store");
    assertFalse(page.has("cdn-cache-control"));
    assertEquals(page.get("vary"), "Cookie, Accept");
    assertEquals(page.get("allow"), "GET, HEAD");
    assert(page.get("content-type") !== "a/b");
    assertEquals(errorPage(request(accept), NOT_FOUND).headers.get("vary"), "Accept");
  }
});

for (
  const name of [
    "CDN-Cache-Control",
    "Cloudflare-CDN-Cache-Control",
    "Unheard-Of-Cache-Control",
    "X-Cache-Control",
    "Surrogate-Control",
    "Edge-Control",
    "X-Accel-Expires",
  ]
) {
  Deno.test(`errorPage() drops ${name}, which some shared caches obey`, () => {
    const headers = { [name]: "max-age=60", "X-Other": "2", "Surrogate-Key": "page" };
    const page = errorPage(request(), new HttpError(404, "", { headers })).headers;
    assertFalse(page.has(name));
    assertEquals(page.get("x-other"), "2");
    assertEquals(page.get("surrogate-key"), "page");
  });
}

for (
  const name of [
    "Cache-Control-Notes",
    "X-Surrogate-Control",
    "Surrogate-Control-Notes",
    "X-Accel-Expires-At",
    "X-Cache",
  ]
) {
  Deno.test(`errorPage() keeps ${name}`, () => {
    const error = new HttpError(404, "", { headers: { [name]: "max-age=60" } });
    assertEquals(errorPage(request(), error).headers.get(name), "max-age=60");
  });
}

Deno.test("errorPage() escapes the message", async () => {
  const message = `<script>alert("1" & '2')</script>`;
  const error = new HttpError(400, message);
  const text = await errorPage(request(), error).text();
  assertStringIncludes(text, "&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;");
  assertFalse(text.includes("<script"));
  assertEquals((await errorPage(request("application/json"), error).json()).detail, message);
});

Deno.test("errorPage() leaves out an empty detail", async () => {
  assertFalse((await errorPage(request(), NOT_FOUND).text()).includes("<p>"));
  assertFalse("detail" in await errorPage(request("application/json"), NOT_FOUND).json());
});

Deno.test("errorPage() has no style and no script that the policy would refuse", async () => {
  const text = await errorPage(request(), new HttpError(500, "Because")).text();
  assert(text.startsWith("<!DOCTYPE html>\n<html lang="));
  assertFalse(/<script|<style|style=|<link/.test(text));
});

Deno.test("errorPage() lets the application render the page, and gives none to programs", async () => {
  const seen: Problem[] = [];
  const render = (problem: Problem) => `<h1>Sorry</h1>${seen.push(problem)}`;
  const error = new HttpError(404, "No such item");
  assertEquals(await errorPage(request(), error, render).text(), "<h1>Sorry</h1>1");
  assertEquals(seen, [{ status: 404, title: "Not Found", detail: "No such item" }]);
  await errorPage(request("application/json"), error, render).json();
  assertEquals(seen.length, 1);
});

Deno.test("HttpError carries status, message, headers and cause", () => {
  const cause = new Error("disk full");
  const error = new HttpError(503, "Come back later", { headers: { "retry-after": "60" }, cause });
  assertEquals(`${error}`, "HttpError: Come back later");
  assertEquals(error.status, 503);
  assertEquals(error.headers, { "retry-after": "60" });
  assertEquals(error.cause, cause);
});

Deno.test("HttpError needs nothing but a status", () => {
  assertEquals(NOT_FOUND.message, "");
  assertEquals(NOT_FOUND.headers, undefined);
  assertFalse("cause" in NOT_FOUND);
});

Deno.test.each([400, 418, 499, 500, 599])("HttpError() accepts %d", (status) => {
  assertEquals(new HttpError(status).status, status);
});

Deno.test.each([0, 200, 303, 399, 600, -404, 404.5, NaN, Infinity])(
  "HttpError() refuses %d",
  (status) => {
    assertThrows(() => new HttpError(status), RangeError, `the status is ${status}`);
  },
);
