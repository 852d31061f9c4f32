import { generateSecret, type SessionOptions, type Sessions } from "@satchel/satchel";
import { ChangeTrace, inspect, type Inspection } from "@satchel/satchel/inspector";
import { csrfToken } from "@satchel/satchel/web";
import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { Visitor } from "../support/browser.ts";
import { TestClock } from "@satchel/satchel/testing";
import { SECRET } from "../support/secrets.ts";
import { cookieSessions, sessionsIn, type Values, VersionedStore } from "../support/sessions.ts";

async function inspected(visitor: Visitor): Promise<Inspection> {
  return await visitor.read((session) => inspect(session));
}

/** A visitor who has stored something. */
async function known(sessions: Sessions<Values>): Promise<Visitor> {
  const visitor = new Visitor(sessions);
  await visitor.visit((session) => void session.set("count", 1).set("cart", ["tea"]));
  return visitor;
}

Deno.test("inspect() of a cookie session counts the bytes of the whole cookie", async () => {
  const visitor = await known(cookieSessions());
  const length = visitor.line?.length;
  const { store, bytes, limit, sizes } = await inspected(visitor);
  assertEquals([store, bytes, limit], ["cookie", length, 4096]);
  assertEquals(sizes.map(({ key }) => key), ["cart", "count"]);
});

Deno.test("inspect() counts what the request has changed so far", async () => {
  const visitor = new Visitor(cookieSessions());
  const { bytes } = await visitor.read((session) => inspect(session.set("a", "x".repeat(100))));
  assertEquals(visitor.line?.length, bytes);
});

Deno.test("inspect() of a server session counts what the store keeps", async () => {
  const visitor = await known(sessionsIn(new VersionedStore()));
  const { store, bytes, limit, keyId, newestKey } = await inspected(visitor);
  assertEquals([store, limit, keyId, newestKey], ["versioned", null, null, null]);
  assertEquals(bytes, '[1767225600,0,{"count":1,"cart":["tea"]}]'.length);
});

Deno.test("inspect() counts as reading", async () => {
  const { headers } = await new Visitor(cookieSessions()).visit((session) => void inspect(session));
  assertEquals(headers.get("cache-control"), "private, no-cache");
});

Deno.test("inspect() tells when the session ends", async () => {
  const { now } = new TestClock();
  const ms = now();
  const endsOf = async (options: Partial<SessionOptions>) => {
    const found = await inspected(new Visitor(cookieSessions({ ...options, now })));
    return [found.idleExpiresAt, found.absoluteExpiresAt];
  };
  const ends = [new Date(ms + 60_000), new Date(ms + 600_000)];
  assertEquals(await endsOf({ idleTimeout: 60, absoluteTimeout: 600 }), ends);
  assertEquals(await endsOf({ idleTimeout: null, absoluteTimeout: null }), [null, null]);
});

Deno.test("inspect() names the key that sealed the cookie, and whether it is the newest", async () => {
  assertEquals((await inspected(new Visitor(cookieSessions()))).keyId, null);
  const visitor = await known(cookieSessions());
  const { keyId, newestKey } = await inspected(visitor);
  assertMatch(keyId ?? "", /^[\da-f]{8}$/);
  assert(newestKey);
  const rotated = cookieSessions({ secrets: [generateSecret(), SECRET] });
  const older = inspect(await rotated.load(visitor.request()));
  assertEquals([older.keyId, older.newestKey], [keyId, false]);
});

Deno.test("inspect() tells the last changes to the visitor who made them", async () => {
  const visitor = new Visitor(cookieSessions({ trace: new ChangeTrace() }));
  const lastChanges = async () => (await inspected(visitor)).lastChanges;
  assertEquals(await lastChanges(), []);
  await visitor.visit((session) => void session.set("name", "ada").flash("Hello"));
  for (const _time of ["first", "second"]) {
    assertEquals(await lastChanges(), ["set name", "flash info"]);
  }
  await visitor.visit((session) => session.regenerate());
  assertEquals(await lastChanges(), ["regenerate"]);
});

Deno.test("ChangeTrace keeps the changes of the latest 4,096 sessions", () => {
  const trace = new ChangeTrace();
  for (let index = 0; index < 5000; index++) {
    trace.set(`${index}`, [{ kind: "clear", key: undefined }]);
  }
  const kept = Array.from({ length: 5000 }, (_, index) => trace.get(`${index}`).length);
  assertEquals([kept.indexOf(1), kept.lastIndexOf(0)], [904, 903]);
});

Deno.test("inspect() tells no value, no token and no id", async () => {
  const visitor = new Visitor(cookieSessions({ trace: new ChangeTrace() }));
  const token = await visitor.read((session) => {
    session.set("name", "ada lovelace").flash("a private message");
    return csrfToken(session);
  });
  const text = JSON.stringify(await inspected(visitor));
  for (const secret of ["lovelace", "private message", token, visitor.value]) {
    assertFalse(text.includes(secret), secret);
  }
});
