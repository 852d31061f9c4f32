import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MemoryStore } from "../../src/stores/memory.ts";
import { Browser, messagesIn, tokenIn } from "./browser.ts";
import { site } from "./site.ts";

const ORIGIN = "http://127.0.0.1:8000";

/** Sends a form whose last byte arrives only when something else is done. */
async function sendAround(
  browser: Browser,
  handler: (request: Request) => Response | Promise<Response>,
  text: string,
  meanwhile: () => Promise<unknown>,
  { path = "/cart", accept = "text/html" } = {},
): Promise<Response> {
  const bytes = new TextEncoder().encode(text);
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
  const cookie = browser.jar.header(ORIGIN + path) ?? "";
  const type = "application/x-www-form-urlencoded";
  const headers = { cookie, "content-type": type, accept };
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
    const { handler, errors } = site({ store: new MemoryStore() });
    const browser = new Browser(handler);
    await browser.submit("/cart", "/cart", { item: "Tea" });
    const csrf_token = tokenIn(await browser.get("/cart"));
    const form = new URLSearchParams({ csrf_token, item: "Rope" }).toString();

    const response = await sendAround(browser, handler, form, async () => {
      await browser.post(path, { ...fields, csrf_token });
    });
    assertEquals([response.status, response.headers.getSetCookie()], [409, []]);
    const page = await response.text();
    assertStringIncludes(page, "<h1>Conflict</h1>");
    assertStringIncludes(page, "Load the page again and send it once more.");
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

Deno.test("a script whose session ended while it sent a form gets a problem that says so", async () => {
  const { handler } = site({ store: new MemoryStore() });
  const browser = new Browser(handler);
  const csrf_token = tokenIn(await browser.get("/cart"));
  const form = new URLSearchParams({ csrf_token, item: "Rope" }).toString();
  const out = (): Promise<unknown> => browser.post("/sign-out", { csrf_token });
  const response = await sendAround(browser, handler, form, out, { accept: "application/json" });
  assertEquals(response.headers.get("content-type"), "application/problem+json");
  const { status, title, detail } = await response.json();
  assertEquals([status, title], [409, "Conflict"]);
  assertStringIncludes(detail, "nothing of it was stored. Load the page again");
});

Deno.test("a sign-out succeeds though the session gets a new id meanwhile, and ends that", async () => {
  const { handler } = site({ store: new MemoryStore() });
  const browser = new Browser(handler);
  await browser.submit("/sign-in", "/sign-in", { name: "Ann" });
  const csrf_token = tokenIn(await browser.get("/sign-in"));
  const form = new URLSearchParams({ csrf_token }).toString();
  const renew = (): Promise<unknown> => browser.post("/session/regenerate", { csrf_token });
  const response = await sendAround(browser, handler, form, renew, { path: "/sign-out" });
  assertEquals(response.status, 303);
  assert(!(await browser.get("/sign-in")).text.includes("You are Ann"));
});
