import { assert, assertEquals, assertFalse } from "@std/assert";
import { Browser, countIn, messagesIn } from "../support/browser.ts";
import { site } from "../support/site.ts";
import { anyText, fc, headerText, property } from "./property.ts";

const ORIGIN = "http://shop.example";
const PATHS = [
  "/",
  "/howdy",
  "/cart",
  "/cart/remove",
  "/session",
  "/sign-in",
  "/healthz",
  "/nowhere",
];

const { handler, errors } = site();

/** Answers a request, and makes sure that nothing failed. */
async function answer(request: Request): Promise<Response> {
  const response = await handler(request);
  assertEquals(errors.splice(0), []);
  assert(response.status < 500, `${response.status}`);
  return response;
}

const headers = fc.array(
  fc.tuple(
    fc.constantFrom(
      "accept",
      "content-length",
      "content-type",
      "cookie",
      "host",
      "if-none-match",
      "origin",
      "purpose",
      "sec-fetch-dest",
      "sec-fetch-site",
      "sec-purpose",
      "user-agent",
      "x-csrf-token",
      "x-forwarded-host",
      "x-forwarded-proto",
    ),
    headerText,
  ),
  { maxLength: 6 },
);

property(
  "no request makes the site fail, and none gives it a session it did not make",
  {
    path: fc.oneof(
      fc.constantFrom(...PATHS),
      anyText.map((text) => `/${encodeURI(text.toWellFormed())}`),
      headerText.map((text) => `/cart/${text}`),
    ),
    method: fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"),
    headers,
    body: fc.oneof(
      fc.constant(null),
      fc.uint8Array({ maxLength: 200 }),
      anyText.map((text) => new TextEncoder().encode(text)),
    ),
  },
  async ({ path, method, headers, body }) => {
    const init: RequestInit = { method, headers };
    if (method !== "GET" && method !== "HEAD" && body !== null) init.body = new Uint8Array(body);
    const response = await answer(new Request(ORIGIN + path, init));
    if (response.status === 200 && (path === "/" || path === "/howdy") && method === "GET") {
      assertEquals(
        countIn({ url: "", status: 200, headers: response.headers, text: await response.text() }),
        1,
      );
    }
  },
);

property(
  "no form without the visitor's token changes anything",
  {
    action: fc.constantFrom("/cart", "/cart/remove", "/cart/clear", "/session/reset", "/sign-in"),
    token: fc.oneof(
      anyText,
      fc.uint8Array({ minLength: 64, maxLength: 64 }).map((bytes) =>
        bytes.toBase64({ alphabet: "base64url", omitPadding: true })
      ),
    ),
    inHeader: fc.boolean(),
    item: anyText,
  },
  async ({ action, token, inHeader, item }) => {
    const visitor = new Browser(answer);
    await visitor.get("/cart");
    const ascii = token.replaceAll(/[^\x20-\x7e]/g, "?");
    const { status, headers } = inHeader
      ? await visitor.post(action, { item }, { headers: { "x-csrf-token": ascii } })
      : await visitor.post(action, { item, csrf_token: token });
    assertEquals(status, 403);
    assertEquals(headers.getSetCookie(), []);
  },
);

property(
  "what a visitor types comes back as text, never as markup",
  {
    item: fc.oneof(anyText, fc.string({ unit: fc.constantFrom(..."<>&\"'/abc ="), maxLength: 30 })),
  },
  async ({ item }) => {
    const visitor = new Browser(answer);
    const cart = await visitor.submit("/cart", "/cart", { item: `<i>${item}</i>` });
    assertEquals(messagesIn(cart), ["Your item was added."]);
    assert(cart.text.includes("&lt;i>"));
    assertFalse(cart.text.includes("<i>"));
  },
);
