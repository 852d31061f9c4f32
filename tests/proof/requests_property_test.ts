import { assert, assertEquals, assertFalse } from "@std/assert";
import { countIn } from "../flows/browser.ts";
import { site } from "../flows/site.ts";
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

async function send(path: string, init: RequestInit): Promise<Response> {
  const response = await handler(new Request(ORIGIN + path, init));
  const [error] = errors.splice(0);
  assertEquals(error, undefined);
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
    const response = await send(path, init);
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
    const page = await send("/cart", {});
    const cookie = page.headers.getSetCookie()[0]?.replace(/;.*/, "") ?? "";
    const ascii = token.replaceAll(/[^\x20-\x7e]/g, "?");
    const response = await send(action, {
      method: "POST",
      body: new URLSearchParams(inHeader ? { item } : { item, csrf_token: token }),
      headers: inHeader ? { cookie, "x-csrf-token": ascii } : { cookie },
    });
    assertEquals(response.status, 403);
    assertEquals(response.headers.getSetCookie(), []);
  },
);

property(
  "what a visitor types comes back as text, never as markup",
  {
    item: fc.oneof(anyText, fc.string({ unit: fc.constantFrom(..."<>&\"'/abc ="), maxLength: 30 })),
  },
  async ({ item }) => {
    const page = await send("/cart", {});
    const cookie = page.headers.getSetCookie()[0]?.replace(/;.*/, "") ?? "";
    const csrf_token = /name="csrf_token" value="([^"]+)"/.exec(await page.text())?.[1] ?? "";
    const added = await send("/cart", {
      method: "POST",
      body: new URLSearchParams({ item: `<i>${item}</i>`, csrf_token }),
      headers: { cookie },
    });
    assertEquals(added.status, 303);
    const after = added.headers.getSetCookie()[0]?.replace(/;.*/, "") ?? "";
    const shown = await (await send("/cart", { headers: { cookie: after } })).text();
    assert(shown.includes("&lt;i>"));
    assertFalse(shown.includes("<i>"));
  },
);
