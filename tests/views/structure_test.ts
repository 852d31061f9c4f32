import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import type { Browser, Page } from "../support/browser.ts";
import { site } from "../support/site.ts";

const PATHS = ["/", "/howdy", "/cart", "/session", "/sign-in", "/nowhere"];

/** A visitor who has something on every page. */
async function busyVisitor(): Promise<Browser> {
  const { browser } = site();
  await browser.submit("/cart", "/cart", { item: "apple" });
  await browser.submit("/cart", "/cart", { item: " " });
  return browser;
}

function count(page: Page, pattern: RegExp): number {
  return page.text.match(new RegExp(pattern, "g"))?.length ?? 0;
}

for (const path of PATHS) {
  Deno.test(`${path} has one heading, one main part and its landmarks`, async () => {
    const page = await (await busyVisitor()).get(path);
    for (const tag of ["h1", "main", "header", "nav", "footer", "title"]) {
      assertEquals(count(page, new RegExp(`<${tag}[ >]`)), 1, tag);
    }
    assertMatch(page.text, /^<!DOCTYPE html><html lang="en">/);
    assertMatch(page.text, /<a class="skip" href="#main">/);
  });

  Deno.test(`${path} keeps to the content security policy`, async () => {
    const page = await (await busyVisitor()).get(path);
    assertFalse(/<script|<style|\sstyle=|\son\w+=|javascript:|https?:\/\//.test(page.text));
  });

  Deno.test(`${path} has a label for each field and a name for each id`, async () => {
    const page = await (await busyVisitor()).get(path);
    for (const [input] of page.text.matchAll(/<(?:input|meter)[^>]*>/g)) {
      const id = / id="([^"]+)"/.exec(input)?.[1];
      assert(
        input.includes('type="hidden"') || input.includes("aria-label=") ||
          page.text.includes(`<label for="${id}">`),
        input,
      );
    }
    const ids = [...page.text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    assertEquals(ids.length, new Set(ids).size);
    for (const [, id] of page.text.matchAll(/aria-describedby="([^"]+)"/g)) {
      assert(ids.includes(id));
    }
  });

  Deno.test(`${path} lets the browser keep what is typed`, async () => {
    const page = await (await busyVisitor()).get(path);
    const fields = [...page.text.matchAll(/<(?:form|input|textarea|select)[^>]*>/g)]
      .filter(([tag]) => !/ type="(?:hidden|checkbox)"/.test(tag));
    for (const [tag] of fields) assertFalse(tag.includes('autocomplete="off"'), tag);
  });

  Deno.test(`${path} marks its own link in the navigation`, async () => {
    const page = await (await busyVisitor()).get(path);
    const marked = [...page.text.matchAll(/<a href="([^"]+)" aria-current="page">/g)];
    assertEquals(marked.map(([, href]) => href), path === "/nowhere" ? [] : [path]);
  });
}

for (const path of ["/cart", "/sign-in"]) {
  Deno.test(`${path} is fetched again, with a token that holds, when the visitor goes back`, async () => {
    const page = await (await busyVisitor()).get(path);
    assertMatch(page.text, /<input id="/);
    assertEquals(page.headers.get("cache-control"), "no-store");
  });
}

Deno.test("every form that changes something carries a token and posts", async () => {
  const browser = await busyVisitor();
  for (const path of PATHS) {
    const page = await browser.get(path);
    assertEquals(count(page, /<form /), count(page, /<form method="post" action="\//));
    assertEquals(count(page, /<form /), count(page, /<input type="hidden" name="csrf_token"/));
  }
});

Deno.test("the tutorial's page is small", async () => {
  const page = await site().browser.get("/");
  assert(page.text.length < 1000, `it has ${page.text.length} bytes`);
});
