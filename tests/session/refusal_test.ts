import {
  CookieStore,
  generateSecret,
  type RejectReason,
  type SessionStore,
} from "@satchel/satchel";
import { KvStore } from "@satchel/satchel/stores/kv";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { assertEquals } from "@std/assert";
import { Visitor } from "../support/browser.ts";
import { TestClock } from "@satchel/satchel/testing";
import { SECRET } from "../support/secrets.ts";
import { cookieSessions, sessionsIn } from "../support/sessions.ts";

Deno.test("Session.refusal is null for a visitor without a cookie, and for one whose session is found", async () => {
  const reasons: RejectReason[] = [];
  const visitor = new Visitor(cookieSessions({ onReject: (reason) => reasons.push(reason) }));
  const refusals: (string | null)[] = [];
  for (let visit = 0; visit < 2; visit++) {
    await visitor.visit((session) => {
      refusals.push(session.refusal);
      session.set("counter", visit);
    });
  }
  assertEquals([refusals, reasons], [[null, null], []]);
});

Deno.test.each<[value: string, reason: RejectReason]>([
  ["nonsense", "malformed"],
  ["A".repeat(120), "malformed"],
])("Session.refusal of the cookie %j is %j, as for onReject", async (value, reason) => {
  const reasons: RejectReason[] = [];
  const visitor = new Visitor(cookieSessions({ onReject: (reason) => reasons.push(reason) }));
  visitor.cookie = `session=${value}`;
  assertEquals(await visitor.read((session) => session.refusal), reason);
  assertEquals(reasons, [reason]);
});

Deno.test("Session.refusal tells a cookie under another secret", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => void session.set("counter", 1));
  const other = new Visitor(cookieSessions({ secrets: [generateSecret()] }));
  other.cookie = visitor.cookie;
  assertEquals(await other.read((session) => session.refusal), "unknown key");
});

Deno.test("Session.refusal tells an id that the store has not", async () => {
  const sessions = sessionsIn(new MemoryStore());
  const visitor = new Visitor(sessions);
  await visitor.visit((session) => void session.set("counter", 1));
  const { cookie } = visitor;
  await visitor.visit((session) => session.destroy());
  visitor.cookie = cookie;
  assertEquals(await visitor.read((session) => session.refusal), "unknown id");
});

for (
  const [where, open] of [
    ["cookie", () => ({ store: new CookieStore({ secrets: [SECRET] }), close() {} })],
    ["memory", () => ({ store: new MemoryStore(), close() {} })],
    ["kv", async () => {
      const kv = await Deno.openKv(":memory:");
      return { store: new KvStore(kv), close: () => kv.close() };
    }],
  ] as [string, () => Opened | Promise<Opened>][]
) {
  Deno.test(`Session.refusal tells of an expired session in the ${where} store until a new one begins`, async () => {
    const { store, close } = await open();
    const clock = new TestClock();
    const visitor = new Visitor(sessionsIn(store, { now: clock.now, idleTimeout: 60 }));
    await visitor.visit((session) => void session.set("counter", 1));
    clock.advance(61);
    const seen = await visitor.read((session) => [session.refusal, session.isNew, session.size]);
    assertEquals(seen, ["expired", true, 0]);
    const page = await visitor.visit((session) => {
      assertEquals(session.refusal, "expired");
      session.set("counter", 1);
    });
    assertEquals(page.headers.get("vary"), "Cookie");
    assertEquals(await visitor.read((session) => session.refusal), null);
    close();
  });
}

interface Opened {
  store: SessionStore;
  close(): void;
}

Deno.test("Session.refusal makes its response one visitor's own", async () => {
  const visitor = new Visitor(cookieSessions());
  const { headers } = await visitor.visit((session) =>
    new Response(`${session.refusal}`, {
      headers: { "cache-control": "public" },
    })
  );
  assertEquals([headers.get("cache-control"), headers.get("vary")], ["private", "Cookie"]);
});
