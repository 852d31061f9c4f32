import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  SessionConflictError,
  SessionSizeError,
  SessionStoreError,
} from "../../src/session/mod.ts";

const report = {
  bytes: 4711,
  limit: 4096,
  largest: [{ key: "cart", bytes: 4000 }, { key: "name", bytes: 10 }],
};

Deno.test("SessionStoreError carries its cause and its name", () => {
  const cause = new Error("unplugged");
  const error = new SessionStoreError("Cannot reach the store: it is down", { cause });
  assertEquals([error.name, error.cause], ["SessionStoreError", cause]);
});

Deno.test("SessionConflictError is a SessionStoreError", () => {
  const error = new SessionConflictError("Cannot write the session: others were faster");
  assertInstanceOf(error, SessionStoreError);
  assertEquals(error.name, "SessionConflictError");
});

Deno.test("SessionSizeError says the size, the limit and the largest values", () => {
  const error = new SessionSizeError("the KV store", report);
  assertEquals(
    error.message,
    "Cannot fit the session into the KV store: 4711 bytes, at most 4096 are allowed; " +
      "the largest values are cart (4000 bytes), name (10 bytes)",
  );
  assertEquals(error.report, report);
  assertInstanceOf(error, RangeError);
});

Deno.test("SessionSizeError copes with a session without values", () => {
  const error = new SessionSizeError("the KV store", { ...report, largest: [] });
  assert(error.message.endsWith("; the largest values are none"));
});
