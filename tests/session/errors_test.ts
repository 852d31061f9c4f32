import {
  SessionConflictError,
  SessionLostError,
  SessionSizeError,
  SessionStoreError,
} from "@satchel/satchel";
import { assertEquals, assertInstanceOf } from "@std/assert";

Deno.test("SessionStoreError and its kin say their names", () => {
  const cause = new Error("unplugged");
  const error = new SessionStoreError("Cannot reach the store: it is down", { cause });
  assertEquals([error.name, error.cause], ["SessionStoreError", cause]);
  const conflict = new SessionConflictError("Cannot write the session");
  assertInstanceOf(conflict, SessionStoreError);
  assertEquals(conflict.name, "SessionConflictError");
  const lost = new SessionLostError("Cannot store the changes");
  assertEquals([lost.name, lost.status], ["SessionLostError", 409]);
});

Deno.test("SessionSizeError says the size, the limit and the largest parts", () => {
  const largest = [{ key: "cart", bytes: 4000 }, { key: "name", bytes: 10 }];
  const report = { bytes: 4711, limit: 4096, largest };
  const error = new SessionSizeError("the KV store", report);
  const start =
    "Cannot fit the session into the KV store: 4711 bytes, at most 4096 are allowed; its largest parts are ";
  assertEquals(error.message, `${start}cart (4000 bytes), name (10 bytes)`);
  assertEquals([error.name, error.report], ["SessionSizeError", report]);
  assertInstanceOf(error, RangeError);
  const none = new SessionSizeError("the KV store", { ...report, largest: [] });
  assertEquals(none.message, `${start}none`);
});
