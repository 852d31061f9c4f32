import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MemoryStore } from "../../src/stores/memory.ts";
import { messagesIn, tokenIn } from "../support/browser.ts";
import { site } from "../support/site.ts";

const ORIGIN = "http://localhost";
const OWN = { "sec-fetch-site": "same-origin" };

/** Sends a form whose last byte arrives only when something else is done; no browser sees the answer. */
async function sendAround(
  { browser, handler }: ReturnType<typeof site>,
  path: string,
  fields: Record<string, string>,
  meanwhile: () => Promise<unknown>,
  more: HeadersInit = {},
): Promise<Response> {
  const bytes = new TextEncoder().encode(String(new URLSearchParams(fields)));
  const rest = Promise.withResolvers<void>();
  let pulls = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (pulls++ === 0) return controller.enqueue(bytes.subarray(0, -1));
      await rest.promise;
      controller.enqueue(bytes.subarray(-1));
      controller.close();
    },
  }, { highWaterMark: 0 });
  const type = "application/x-www-form-urlencoded";
  const cookie = browser.jar.header(ORIGIN) ?? "";
  const headers = { cookie, "content-type": type, accept: "text/html", ...more };
  const answer = handler(new Request(ORIGIN + path, { method: "POST", headers, body }));
  await meanwhile();
  rest.resolve();
  return await answer;
}

for (
  const [what, path, fields] of [
    ["signs in", "/sign-in", { name: "Ann" }],
    ["changes their session's id", "/session/regenerate", {}],
    ["signs out", "/sign-out", {}],
  ] as const
) {
  Deno.test(`a visitor who ${what} while a form is under way is told to send it again`, async () => {
    const shop = site({ store: new MemoryStore() });
    const { browser, errors } = shop;
    await browser.submit("/cart", "/cart", { item: "Tea" });
    const csrf_token = tokenIn(await browser.get("/cart"));
    const response = await sendAround(shop, "/cart", { csrf_token, item: "Rope" }, () => {
      return browser.post(path, { ...fields, csrf_token });
    });
    assertEquals(response.status, 409);
    assertEquals(response.headers.getSetCookie(), []);
    const page = await response.text();
    assertStringIncludes(page, "<h1>Conflict</h1>");
    assertStringIncludes(page, "Go back, load the page again, and send it once more.");
    assertStringIncludes(page, "Signing in or out in another tab does that.");

    const cart = await browser.get("/cart");
    assert(!cart.text.includes("Rope"));
    assertEquals(cart.text.includes("Tea"), path !== "/sign-out");
    const again = await browser.submit("/cart", "/cart", { item: "Rope" });
    assertEquals(messagesIn(again), ["Your item was added."]);
    assertStringIncludes(again.text, "<span>Rope</span>");
    assertEquals(errors, []);
  });
}

/** Presses "Send again": sends the hidden fields of a page. */
async function sendAgain({ browser }: ReturnType<typeof site>, text: string): Promise<Response> {
  const fields = Array.from(
    text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g),
    ([, name = "", value = ""]) => [name, value],
  );
  const [, action = ""] = /<form method="post" action="([^"]*)"/.exec(text) ?? [];
  const body = new URLSearchParams(fields);
  return await browser.fetch(action, { method: "POST", body, headers: OWN });
}

for (
  const [what, path, fields] of [
    ["signs in", "/sign-in", { name: "Ann" }],
    ["changes their session's id", "/session/regenerate", {}],
    ["signs out", "/sign-out", {}],
  ] as const
) {
  Deno.test(`a visitor who ${what} while a form is under way gets it back to send it again`, async () => {
    const shop = site({ store: new MemoryStore() });
    const { browser, errors } = shop;
    const csrf_token = tokenIn(await browser.get("/cart"));
    const form = { csrf_token, item: "Rope" };
    const response = await sendAround(shop, "/cart", form, () => {
      return browser.post(path, { ...fields, csrf_token });
    }, OWN);
    assertEquals([response.status, response.headers.getSetCookie()], [409, []]);
    assertEquals(response.headers.get("cache-control"), "no-store");
    const lost = await response.text();
    assertStringIncludes(lost, "<h1>Please send that once more</h1>");
    assertStringIncludes(lost, "Your session ended or changed while this was sent");
    // No token can be had for a session that this request did not bring: the next page has one.
    const expired = await sendAgain(shop, lost);
    assertEquals(expired.status, 403);
    const added = await sendAgain(shop, await expired.text());
    assertEquals([added.status, added.headers.get("location")], [303, "/cart"]);
    assertStringIncludes((await browser.get("/cart")).text, "<span>Rope</span>");
    assertEquals(errors, []);
  });
}

Deno.test("a script whose session ended while it sent a form gets a problem that says so", async () => {
  const shop = site({ store: new MemoryStore() });
  const csrf_token = tokenIn(await shop.browser.get("/cart"));
  const signOut = () => shop.browser.post("/sign-out", { csrf_token });
  const form = { csrf_token, item: "Rope" };
  const response = await sendAround(shop, "/cart", form, signOut, {
    accept: "application/json",
  });
  assertEquals(response.headers.get("content-type"), "application/problem+json");
  const { status, title, detail, reason } = await response.json();
  assertEquals(status, 409);
  assertEquals([title, reason], ["Conflict", "lost"]);
  assertStringIncludes(detail, "nothing of it was stored. Go back, load the page again");
});

Deno.test("a sign-out succeeds though the session gets a new id meanwhile, and ends that", async () => {
  const shop = site({ store: new MemoryStore() });
  await shop.browser.submit("/sign-in", "/sign-in", { name: "Ann" });
  const csrf_token = tokenIn(await shop.browser.get("/sign-in"));
  const renew = () => shop.browser.post("/session/regenerate", { csrf_token });
  assertEquals((await sendAround(shop, "/sign-out", { csrf_token }, renew)).status, 303);
  assert(!(await shop.browser.get("/sign-in")).text.includes("You are Ann"));
});
