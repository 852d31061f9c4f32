import { Sessions } from "@satchel/satchel";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { listSessions, revokeSessions } from "@satchel/satchel/stores/server";
import { assertEquals, assertRejects } from "@std/assert";
import { Visitor } from "../support/browser.ts";
import { cookieSessions, sessionsIn } from "../support/sessions.ts";

Deno.test("listSessions() and revokeSessions() refuse a store that keeps no owners", async () => {
  const message = "Cannot find an account's sessions: the cookie store keeps no owners";
  await assertRejects(() => listSessions(cookieSessions(), "ada"), TypeError, message);
  await assertRejects(() => revokeSessions(cookieSessions(), "ada"), TypeError, message);
});

Deno.test("listSessions() marks the current session, and none for a visitor without one", async () => {
  const sessions = sessionsIn(new MemoryStore());
  const visitors = [new Visitor(sessions), new Visitor(sessions)] as const;
  for (const visitor of visitors) await visitor.visit((session) => void session.setOwner("ada"));
  const marks = async (request: Request) => {
    const listed = await listSessions(sessions, "ada", { current: await sessions.load(request) });
    return listed.map(({ current }) => current).toSorted();
  };
  assertEquals(await marks(visitors[0].request()), [false, true]);
  const blank = new Request("http://shop.example/");
  assertEquals(await marks(blank), [false, false]);
  const current = await sessions.load(blank);
  assertEquals(await revokeSessions(sessions, "ada", { except: current }), 2);
});

Deno.test("listSessions() refuses a limit that is not a whole number from 1 to 1000", async () => {
  const sessions = new Sessions({ store: new MemoryStore() });
  for (const limit of [0, -1, 1001, 1.5, NaN, Infinity]) {
    const message = `Cannot list ${limit} sessions: a whole number from 1 to 1000 is needed`;
    await assertRejects(() => listSessions(sessions, "ada", { limit }), RangeError, message);
  }
  for (const limit of [1, 1000]) assertEquals(await listSessions(sessions, "ada", { limit }), []);
});
