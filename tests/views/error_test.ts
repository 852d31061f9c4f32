import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { errorPage } from "../../views/error.tsx";
import { site } from "../support/site.ts";

for (const status of [400, 403, 404, 405, 413, 415, 422, 500, 503]) {
  Deno.test(`errorPage() says what to do about ${status}`, () => {
    const page = errorPage({ status, title: "A Title", detail: "" });
    assertStringIncludes(page, "<h1>A Title</h1>");
    assertStringIncludes(page, `<p class="status">${status}</p>`);
    assertEquals(page.match(/<p>/g)?.length, 3); // advice, ways on, footer
  });
}

Deno.test("errorPage() escapes the detail and ends its sentence", () => {
  const page = errorPage({ status: 418, title: "I'm a teapot", detail: "<b>No</b> & never" });
  assertStringIncludes(page, "<p>&lt;b>No&lt;/b> &amp; never.</p>");
  const question = errorPage({ status: 418, title: "I'm a teapot", detail: "Why?" });
  assertStringIncludes(question, "<p>Why?</p>");
});

Deno.test("errorPage() shows a form to send again, in place of advice", () => {
  const form = '<form method="post" action="/cart"><button>Send again</button></form>';
  const page = errorPage({ status: 403, title: "A Title", detail: "Because", form });
  assertStringIncludes(page, form);
  assertFalse(page.includes("Nothing was changed"));
});

Deno.test("a body that is no form is refused in the site's own frame", async () => {
  const { browser, errors } = site();
  await browser.get("/cart");
  const response = await browser.fetch("/cart", { method: "POST", body: "item=apple" });
  assertEquals(response.status, 403);
  assertStringIncludes(await response.text(), "<h1>Forbidden</h1>");
  assertEquals(errors, []);
});

Deno.test("an unknown path is answered in JSON to a program that asks for it", async () => {
  const headers = { accept: "application/json" };
  const response = await site().browser.fetch("/nowhere", { headers });
  assertEquals(response.headers.get("content-type"), "application/problem+json");
  const problem = await response.json();
  assertEquals(problem.status, 404);
  assert(problem.detail.length > 0);
  assertFalse(JSON.stringify(problem).includes("<"));
});
