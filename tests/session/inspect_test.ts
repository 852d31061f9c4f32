import { drawCsrf } from "../support/draw_csrf.ts";
import { ChangeTrace, inspect, type Inspection } from "../../src/inspector/mod.ts";
import { assert, assertEquals, assertFalse } from "@std/assert";
import { generateSecret, type SessionOptions } from "../../src/session/mod.ts";
import { Clock, cookieSessions, SECRET, sessionsIn, Visitor } from "./visitor.ts";
import { VersionedStore } from "./versioned_store.ts";

async function inspected(visitor: Visitor): Promise<Inspection> {
  return await visitor.read((session) => inspect(session));
}

Deno.test("inspect() of a cookie session counts the bytes of the whole cookie", async () => {
  const sessions = cookieSessions();
  const visitor = new Visitor(sessions);
  await visitor.visit((session) => void session.set("counter", 1).set("cart", ["tea"]));
  const length = visitor.line?.length;
  const { store, bytes, limit, sizes } = await inspected(visitor);
  assertEquals([store, bytes, limit], ["cookie", length, 4096]);
  assertEquals(sizes.map(({ key }) => key), ["cart", "counter"]);
});

Deno.test("inspect() counts what the request has changed so far", async () => {
  const sessions = cookieSessions();
  const visitor = new Visitor(sessions);
  let seen = 0;
  await visitor.visit((session) => {
    session.set("text", "x".repeat(100));
    seen = inspect(session).bytes;
  });
  assertEquals(visitor.line?.length, seen);
});

Deno.test("inspect() of a server session counts what the store keeps", async () => {
  const sessions = sessionsIn(new VersionedStore());
  const visitor = new Visitor(sessions);
  await visitor.visit((session) => void session.set("a", 1));
  const found = await inspected(visitor);
  assertEquals([found.store, found.limit, found.keyId, found.newestKey], [
    "versioned",
    null,
    null,
    null,
  ]);
  assertEquals(found.bytes, '[1767225600,0,{"a":1}]'.length);
});

Deno.test("inspect() tells when the session ends", async () => {
  const clock = new Clock();
  const limits = { idleTimeout: 60, absoluteTimeout: 600, now: clock.now };
  const at = (seconds: number) => new Date(clock.ms + seconds * 1000);
  const sessions = cookieSessions(limits);
  const found = await inspected(new Visitor(sessions));
  assertEquals([found.idleExpiresAt, found.absoluteExpiresAt], [at(60), at(600)]);

  const endless: Partial<SessionOptions> = { idleTimeout: null, absoluteTimeout: null };
  const forever = cookieSessions(endless);
  const never = await inspected(new Visitor(forever));
  assertEquals([never.idleExpiresAt, never.absoluteExpiresAt], [null, null]);
});

Deno.test("inspect() names the key that sealed the cookie, and whether it is the newest", async () => {
  const visitor = new Visitor(cookieSessions({ secrets: [SECRET] }));
  assertEquals((await inspected(visitor)).keyId, null);
  await visitor.visit((session) => void session.set("a", 1));
  const first = await inspected(visitor);
  assert(/^[\da-f]{8}$/.test(first.keyId ?? ""));
  assertEquals(first.newestKey, true);
  const rotated = cookieSessions({ secrets: [generateSecret(), SECRET] });
  const second = await rotated.load(visitor.request());
  const { keyId, newestKey } = inspect(second);
  assertEquals([keyId, newestKey], [first.keyId, false]);
});

Deno.test("inspect() tells no value, no token and no id", async () => {
  const sessions = cookieSessions({ trace: new ChangeTrace() });
  const visitor = new Visitor(sessions);
  let csrf = "";
  await visitor.visit((session) => {
    session.set("name", "ada lovelace").flash("a private message");
    csrf = drawCsrf(session);
  });
  const text = JSON.stringify(await inspected(visitor));
  for (const secret of ["lovelace", "private message", csrf, visitor.value]) {
    assertFalse(text.includes(secret), secret);
  }
});
