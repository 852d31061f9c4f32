import type { JsonValue } from "../../src/session/mod.ts";

/** A session of 253 bytes of JSON: a small shop's. */
export const SAMPLE_SESSION: Readonly<Record<string, JsonValue>> = {
  counter: 12345,
  theme: "dark",
  user: { id: "c0ffee00-1234-4cde-8f00-0123456789ab", name: "Ada Lovelace", admin: false },
  cart: [
    { item: "apple", count: 3 },
    { item: "quince", count: 1 },
    { item: "medlar", count: 12 },
  ],
  seen: "/cart?from=a-list&sort=prices",
};
