import {
  CookieStore,
  generateSecret,
  type JsonValue,
  type RejectReason,
  Sessions,
} from "@satchel/satchel";
import { assertEquals } from "@std/assert";
import { Browser } from "../support/browser.ts";
import { shopSessions } from "./validated_data.ts";

/** Visits the shop with a session that another version of it has written. */
async function visit(
  written: Record<string, JsonValue>,
): Promise<{ cart: unknown; log: RejectReason[] }> {
  const store = new CookieStore({ secrets: [generateSecret()] });
  const log: RejectReason[] = [];
  const former = new Sessions<Record<string, JsonValue>>({ store });
  const shop = shopSessions({ store, onReject: (reason) => log.push(reason) });
  const visitor = new Browser((request) =>
    request.method === "POST"
      ? former.handle(request, (session) => {
        for (const [key, value] of Object.entries(written)) session.set(key, value);
        return new Response();
      })
      : shop.handle(request, (session) => Response.json(session.get("cart") ?? null))
  );
  await visitor.post("/", {});
  return { cart: JSON.parse((await visitor.get("/")).text), log };
}

Deno.test("validated_data keeps what fits", async () => {
  const cart = [{ name: "Rope", count: 2 }];
  assertEquals(await visit({ cart }), { cart, log: [] });
});

Deno.test("validated_data takes over the validator's defaults", async () => {
  assertEquals(await visit({ counter: 1 }), { cart: [], log: [] });
});

Deno.test("validated_data brings data of the first version up to date", async () => {
  const old = await visit({ item: "Rope", cart: "none" });
  assertEquals(old, { cart: [{ name: "Rope", count: 1 }], log: [] });
});

Deno.test("validated_data drops what fits no version, and says why", async () => {
  assertEquals(await visit({ item: 7, cart: "none" }), { cart: null, log: ["invalid data"] });
});
