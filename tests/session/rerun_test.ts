import { type Session, SessionConflictError } from "@satchel/satchel";
import { createHandler, html } from "@satchel/satchel/web";
import { assertEquals, assertRejects } from "@std/assert";
import { Visitor } from "../support/browser.ts";
import { sessionsIn, setTo, type Values, VersionedStore } from "../support/sessions.ts";

function increment(session: Session<Values>): void {
  session.update("count", (count) => Number(count ?? 0) + 1);
}

/** A visitor who has counted once, and a store in which others are faster, a number of times. */
async function raced(times = Infinity) {
  const store = Object.assign(new VersionedStore(), {
    owners: {
      handleOf: (value: string) => value,
      list: () => Promise.resolve([]),
      destroy: () => Promise.resolve(0),
      revoke: () => Promise.resolve(false),
    },
  });
  const sessions = sessionsIn(store);
  const visitor = new Visitor(sessions);
  await visitor.visit((session) => increment(session));
  const id = visitor.value;
  let others = 0;
  const meddle = () => {
    if (others === times) return;
    store.meddle(id, setTo("others", ++others));
    store.beforeSave = meddle;
  };
  store.beforeSave = meddle;
  return { store, sessions, visitor, id, others: () => others };
}

for (const method of ["GET", "HEAD", "OPTIONS"]) {
  Deno.test(`Sessions.handle() runs a ${method} again three times, and then applies its changes again`, async () => {
    for (const [times, runs] of [[1, 2], [2, 3], [3, 4], [4, 4], [9, 4]] as const) {
      const { store, visitor, id } = await raced(times);
      let ran = 0;
      const response = await visitor.visit((session) => {
        increment(session);
        return new Response(`run ${++ran}, others ${session.get("others")}`);
      }, { method });
      assertEquals(ran, runs);
      assertEquals(store.record(id)?.data, { count: 2, others: times });
      const shown = Math.min(times, 3);
      assertEquals(await response.text(), `run ${runs}, others ${shown}`);
    }
  });
}

Deno.test("Sessions.handle() gives up in the end when others are always faster, after four runs", async () => {
  const { visitor, others } = await raced();
  let ran = 0;
  const view = (session: Session<Values>) => (ran++, increment(session));
  await assertRejects(() => visitor.visit(view), SessionConflictError, "faster 64 times");
  assertEquals([ran, others()], [4, 65]);
});

const FINAL: [what: string, act: (session: Session<Values>) => void][] = [
  ["regenerated", (session) => session.regenerate()],
  ["set an owner", (session) => void session.setOwner("ada")],
  ["set no owner", (session) => void session.setOwner(null)],
];

for (const [what, act] of FINAL) {
  Deno.test(`Sessions.handle() never runs a GET again once it has ${what}`, async () => {
    const { store, visitor } = await raced(2);
    let ran = 0;
    await visitor.visit((session) => {
      ran++;
      increment(session);
      act(session);
    });
    assertEquals(ran, 1);
    assertEquals(store.record(visitor.value)?.data, { count: 2, others: 2 });
  });
}

Deno.test("Sessions.handle() never runs a GET again once its second run has regenerated", async () => {
  const { store, visitor, id } = await raced(2);
  let ran = 0;
  await visitor.visit((session) => {
    increment(session);
    if (++ran === 2) session.regenerate();
  });
  assertEquals(ran, 2);
  assertEquals(store.rows.get(id)?.retired, true);
  assertEquals(store.record(visitor.value)?.data, { count: 2, others: 2 });
});

Deno.test("Sessions.handle() runs a GET once with rerun: false, and applies its changes again", async () => {
  const { store, sessions, visitor, id } = await raced(2);
  let ran = 0;
  const view = (session: Session<Values>) => {
    increment(session);
    return new Response(`${++ran}`);
  };
  const response = await sessions.handle(visitor.request(), view, { rerun: false });
  assertEquals([ran, await response.text()], [1, "1"]);
  assertEquals(store.record(id)?.data, { count: 2, others: 2 });
});

Deno.test("createHandler() runs a route once that says rerun: false", async () => {
  for (const [rerun, runs] of [[false, 1], [undefined, 3]] as const) {
    const { store, sessions, visitor, id } = await raced(2);
    let ran = 0;
    const handler = createHandler({
      sessions,
      routes: [{
        method: "GET",
        path: "/",
        rerun,
        view({ session }) {
          ran++;
          increment(session);
          return html("");
        },
      }],
    });
    await handler(visitor.request());
    assertEquals(ran, runs);
    assertEquals(store.record(id)?.data, { count: 2, others: 2 });
  }
});

Deno.test("a view that only reads through load() and commit() of its own still runs again", async () => {
  const { sessions, visitor, store, id } = await raced(1);
  let ran = 0;
  const request = visitor.request();
  await sessions.handle(request, async (session) => {
    ran++;
    increment(session);
    const own = await sessions.load(request);
    return await sessions.commit(own, new Response(`${own.get("count")}`));
  });
  assertEquals(ran, 2);
  assertEquals(store.record(id)?.data, { count: 2, others: 1 });
});
