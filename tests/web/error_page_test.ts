import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { errorPage, type Problem } from "../../src/web/error_page.ts";
import { HttpError } from "../../src/web/http_error.ts";

const request = (accept?: string) =>
  new Request("https://shop.example/", accept === undefined ? {} : { headers: { accept } });

const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

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
  const failure = { status, message: "Because" };
  const page = errorPage(request(BROWSER), failure);
  assertEquals(page.status, status);
  assertEquals(page.headers.get("content-type"), "text/html; charset=utf-8");
  const text = await page.text();
  assertStringIncludes(text, `<title>${status} ${title}</title>`);
  assertStringIncludes(text, `<h1>${title}</h1>\n<p>Because</p>`);

  const problem = errorPage(request("application/problem+json"), failure);
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
  const type = errorPage(request(accept), { status: 404, message: "" }).headers.get("content-type");
  assertEquals(type?.includes("json") ? "json" : "html", form);
});

Deno.test("errorPage() copes with any Accept", () => {
  let seed = 11;
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  const pieces = [
    "text",
    "/",
    "html",
    "*",
    ";",
    "q",
    "=",
    ",",
    " ",
    '"',
    "0.5",
    "-1",
    "\xff",
    "+json",
  ];
  pieces.push("application/json", "__proto__", "constructor", "\t", ";q=", "NaN");
  for (let round = 0; round < 3000; round++) {
    const accept = Array.from({ length: random(20) }, () => pieces[random(pieces.length)]).join("");
    assertEquals(errorPage(request(accept), { status: 404, message: "" }).status, 404);
  }
  errorPage(request(",".repeat(10_000)), { status: 404, message: "" });
});

Deno.test("errorPage() reads the first 1024 characters of Accept, and no more", () => {
  const type = (accept: string) =>
    errorPage(request(accept), { status: 404, message: "" }).headers.get("content-type");
  const tail = ", application/json";
  const padded = (length: number) => `a/${"b".repeat(length - tail.length - 2)}${tail}`;
  assertEquals(type(padded(1024)), "application/problem+json");
  assertEquals(type(padded(2048)), "text/html; charset=utf-8");
  assertEquals(type(`application/json, ${"a/b,".repeat(16_000)}`), "application/problem+json");
});

Deno.test("errorPage() is not cached and varies by Accept", () => {
  for (const accept of ["text/html", "application/json"]) {
    const { headers } = errorPage(request(accept), { status: 404, message: "" });
    assertEquals(headers.get("cache-control"), "no-store");
    assertEquals(headers.get("vary"), "Accept");
  }
});

Deno.test("errorPage() carries the headers of the failure, but not their content type", () => {
  const failure = new HttpError(405, "", {
    headers: {
      allow: "GET, HEAD",
      vary: "Cookie",
      "content-type": "a/b",
      "cache-control": "public",
    },
  });
  const { headers } = errorPage(request(), failure);
  assertEquals(headers.get("allow"), "GET, HEAD");
  assertEquals(headers.get("vary"), "Cookie, Accept");
  assertEquals(headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(headers.get("cache-control"), "no-store");
  assertFalse(new Headers(failure.headers).has("Accept"), "the failure stays as it was");
});

Deno.test("errorPage() escapes what it tells", async () => {
  const message = `<script>alert("1" & '2')</script>`;
  const text = await errorPage(request(), { status: 400, message }).text();
  assertStringIncludes(text, "&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;");
  assertFalse(text.includes("<script"));
  const problem = await errorPage(request("application/json"), { status: 400, message }).json();
  assertEquals(problem.detail, message);
});

Deno.test("errorPage() leaves out an empty detail", async () => {
  assertFalse((await errorPage(request(), { status: 404, message: "" }).text()).includes("<p>"));
  const problem = await errorPage(request("application/json"), { status: 404, message: "" }).json();
  assertFalse("detail" in problem);
});

Deno.test("errorPage() has no style and no script that the policy would refuse", async () => {
  const text = await errorPage(request(), { status: 500, message: "Because" }).text();
  assert(text.startsWith("<!DOCTYPE html>\n<html lang="));
  assertFalse(/<script|<style|style=|<link/.test(text));
});

Deno.test("errorPage() lets the application draw the page", async () => {
  const seen: Problem[] = [];
  const render = (problem: Problem) => {
    seen.push(problem);
    return "<h1>Sorry</h1>";
  };
  const failure = { status: 404, message: "No such item" };
  assertEquals(await errorPage(request(), failure, render).text(), "<h1>Sorry</h1>");
  assertEquals(seen, [{ status: 404, title: "Not Found", detail: "No such item" }]);
  await errorPage(request("application/json"), failure, render).json();
  assertEquals(seen.length, 1, "programs get no page");
});
