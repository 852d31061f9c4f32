import { assertEquals } from "@std/assert";
import { createHandler, html, originGuard, type OriginGuardOptions } from "@satchel/satchel/web";
import { cookieSessions } from "../support/sessions.ts";

function passes(headers: Record<string, string>, options: OriginGuardOptions): boolean {
  return originGuard(options)(new Request("https://shop.example/", { method: "POST", headers }));
}

Deno.test("originGuard() trusts origins of any scheme, exactly", () => {
  const options = { trustedOrigins: ["capacitor://localhost", "moz-extension://0a-b1"] };
  for (const site of ["cross-site", null]) {
    const from = (origin: string) =>
      passes({ ...(site && { "sec-fetch-site": site }), origin }, options);
    assertEquals(from("capacitor://localhost"), true);
    assertEquals(from("moz-extension://0a-b1"), true);
    assertEquals(from("capacitor://localhost:81"), false);
    assertEquals(from("ionic://localhost"), false);
    assertEquals(from("https://localhost"), false);
    assertEquals(from("null"), false);
  }
});

Deno.test("originGuard() asks functions which origins to trust, and takes only true for yes", () => {
  const asked: string[] = [];
  const isBranch = (origin: string) => (asked.push(origin), origin.endsWith(".shop.example"));
  const forms: OriginGuardOptions["trustedOrigins"][] = [
    isBranch,
    [isBranch],
    ["https://pay.example", isBranch],
  ];
  for (const trustedOrigins of forms) {
    const from = (origin: string) =>
      passes({ "sec-fetch-site": "cross-site", origin }, { trustedOrigins });
    assertEquals(from("https://a.shop.example"), true);
    assertEquals(from("https://evil.example"), false);
    assertEquals(
      from("https://pay.example"),
      Array.isArray(trustedOrigins) && trustedOrigins[1] === isBranch,
    );
    assertEquals(passes({ "sec-fetch-site": "cross-site" }, { trustedOrigins }), false);
  }
  assertEquals(asked.includes("https://evil.example"), true);
  const later = (() => Promise.resolve(false)) as unknown as () => boolean;
  assertEquals(passes({ origin: "https://evil.example" }, { trustedOrigins: later }), false);
});

Deno.test("originGuard() never asks a function for pages that hide their origin", () => {
  const trustedOrigins = () => true;
  assertEquals(passes({ origin: "null" }, { trustedOrigins }), false);
  assertEquals(passes({ origin: "https://any.example" }, { trustedOrigins }), true);
});

Deno.test("createHandler() takes the origins that originGuard() takes", async () => {
  const handler = createHandler({
    sessions: cookieSessions(),
    routes: [{ method: "POST", path: "/", view: () => html("sent") }],
    trustedOrigins: ["capacitor://localhost", (origin) => origin.endsWith(".shop.example")],
  });
  for (
    const [origin, status] of [
      ["capacitor://localhost", 200],
      ["https://a.shop.example", 200],
      ["https://evil.example", 403],
    ] as const
  ) {
    const request = new Request("https://shop.example/", { method: "POST", headers: { origin } });
    assertEquals((await handler(request)).status, status);
  }
});
