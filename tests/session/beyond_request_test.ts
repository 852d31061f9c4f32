/** Sessions without a request: of kept headers, of a cookie's value, and their names in logs. */
import {
  CookieStore,
  type RejectReason,
  type Session,
  SessionLostError,
  type SessionOptions,
  type SessionRequest,
  Sessions,
} from "@satchel/satchel";
import { KvStore } from "@satchel/satchel/stores/kv";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { listSessions } from "@satchel/satchel/stores/server";
import { TestClock } from "@satchel/satchel/testing";
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { Visitor } from "../support/browser.ts";
import { SECRET } from "../support/secrets.ts";
import { setTo, type Values, VersionedStore } from "../support/sessions.ts";

const STORES = {
  cookie: () => new CookieStore({ secrets: [SECRET] }),
  memory: () => new MemoryStore(),
  kv: () => new KvStore(kv),
};
type Kind = keyof typeof STORES;
const KINDS = ["cookie", "memory", "kv"] as const;
const kv = await Deno.openKv(":memory:");
addEventListener("unload", () => kv.close());

const increment = (session: Session<Values>): void =>
  void session.update("count", (count) => Number(count ?? 0) + 1);
const count = (session: Session<Values> | null): unknown => session?.get("count");

/** A visitor who has counted once, over http or https. */
async function visitorOf(kind: Kind, options: Partial<SessionOptions> = {}, scheme = "https") {
  const rejected: RejectReason[] = [];
  const onReject = (reason: RejectReason) => rejected.push(reason);
  const sessions = new Sessions<Values>({ store: STORES[kind](), onReject, ...options });
  const visitor = new Visitor(sessions, `${scheme}://shop.example/`);
  await visitor.visit(increment);
  return { sessions, visitor, rejected };
}

for (const kind of KINDS) {
  for (const scheme of ["http", "https"]) {
    Deno.test(`Sessions.load() takes the headers of a request over ${scheme} alone (${kind} store)`, async () => {
      const { sessions, visitor } = await visitorOf(kind, {}, scheme);
      const kept: SessionRequest[] = [
        { headers: new Headers({ cookie: visitor.cookie }) },
        { headers: { get: (name) => name === "cookie" ? visitor.cookie : null } },
        { headers: new Headers({ cookie: visitor.cookie }), method: "GET", url: "/chat" },
        { headers: new Headers({ cookie: visitor.cookie }), url: `${scheme}://shop.example/` },
        {
          headers: new Headers({ cookie: visitor.cookie }),
          url: `${scheme.replace("http", "ws")}://shop.example/`,
        },
      ];
      for (const request of kept) assertEquals(count(await sessions.load(request)), 1);
      const url = scheme === "http" ? "https://shop.example/" : "http://shop.example/";
      const headers = new Headers({ cookie: visitor.cookie });
      assertEquals(count(await sessions.load({ headers, url })), undefined);
    });

    Deno.test(`Sessions.open() opens a session over ${scheme} by the value of its cookie, and save() saves it (${kind} store)`, async () => {
      const { sessions, visitor, rejected } = await visitorOf(kind, {}, scheme);
      const session = await sessions.open(visitor.value);
      assert(session !== null);
      assertEquals([session.isNew, count(session)], [false, 1]);
      increment(session);
      const saved = await sessions.save(session);
      const value = saved.cookie?.value ?? visitor.value;
      assertEquals(value !== visitor.value, kind === "cookie");
      assertEquals(count(await sessions.open(value)), 2);
      assertEquals(rejected, []);
      assertThrows(() => increment(session), TypeError, "already committed");
      assertThrows(() => sessions.save(session), TypeError, "already committed");
    });
  }

  Deno.test(`Sessions.open() gives null for a value that opens nothing, whatever it is (${kind} store)`, async () => {
    const clock = new TestClock();
    const { sessions, visitor } = await visitorOf(kind, { now: clock.now });
    const { value } = visitor;
    for (
      const other of [
        "",
        "nonsense",
        `${value.slice(0, -4)}AAAA`,
        `x; session=${value}`,
        "\n\0é",
        "a".repeat(10_000),
      ]
    ) {
      assertEquals(await sessions.open(other), null);
    }
    clock.advance(1201);
    assertEquals(await sessions.open(value), null);
  });

  Deno.test(`Sessions.save() says what to set: nothing, a cookie, or its removal (${kind} store)`, async () => {
    const { sessions, visitor } = await visitorOf(kind);
    const saveAfter = async (use: (session: Session<Values>) => void) => {
      const session = await sessions.load(visitor.request());
      use(session);
      const saved = await sessions.save(session);
      const headers = new Headers({ vary: "Accept", "cache-control": "public, max-age=60" });
      saved.apply(headers);
      return { ...saved, headers };
    };
    const untouched = await saveAfter(() => {});
    assertEquals([untouched.cookie, untouched.setCookie], [null, null]);
    assertEquals([...untouched.headers.keys()], ["cache-control", "vary"]);
    assertEquals(untouched.headers.get("vary"), "Accept");

    const read = await saveAfter((session) => void session.get("count"));
    assertEquals([read.cookie, read.setCookie], [null, null]);
    assertEquals(read.headers.get("cache-control"), "private, max-age=60");
    assertEquals(read.headers.get("vary"), "Accept, Cookie");

    const renewed = await saveAfter((session) => session.regenerate());
    assertEquals(renewed.cookie?.name, "__Host-session");
    assert(renewed.setCookie?.startsWith(`__Host-session=${renewed.cookie?.value}; Secure; `));
    assertEquals(renewed.headers.getSetCookie(), [renewed.setCookie]);
    assertEquals(count(await sessions.open(renewed.cookie?.value ?? "")), 1);

    visitor.cookie = `__Host-session=${renewed.cookie?.value}`;
    const ended = await saveAfter((session) => session.destroy());
    assertEquals(ended.cookie, { name: "__Host-session", value: "" });
    assertMatch(ended.setCookie ?? "", /^__Host-session=; .*Max-Age=0/);
    assertEquals(ended.headers.getSetCookie(), [ended.setCookie]);
  });

  Deno.test(`Session.handle names a session and opens nothing (${kind} store)`, async () => {
    const { sessions, visitor } = await visitorOf(kind);
    const handles: (string | null)[] = [];
    const log = (session: Session<Values>): void => void handles.push(session.handle);
    const { headers } = await visitor.visit(log);
    assertEquals(headers.get("vary"), null, "a log line is no reading");
    await visitor.visit(log);
    const [first, second] = handles;
    assertMatch(first ?? "", /^[\w-]{12,80}$/);
    assertEquals(first, second);
    assertEquals(await sessions.open(first ?? ""), null);

    await visitor.visit(increment);
    await visitor.visit(log);
    assertEquals(handles.at(-1) === first, kind !== "cookie");
    await visitor.visit((session) => session.regenerate());
    await visitor.visit(log);
    assert(handles.at(-1) !== first);

    const other = new Visitor(sessions, "https://shop.example/");
    await other.visit(log);
    assertEquals(handles.at(-1), null);
    await other.visit(increment);
    await other.visit(log);
    assert(handles.at(-1) !== null && !handles.slice(0, -1).includes(handles.at(-1) ?? null));
  });

  Deno.test(`Session.handle can be read when the answer is out (${kind} store)`, async () => {
    const { sessions, visitor } = await visitorOf(kind);
    const session = await sessions.load(visitor.request());
    await sessions.commit(session, new Response());
    assert(session.handle !== null);
  });
}

for (const kind of ["memory", "kv"] as const) {
  Deno.test(`Session.handle is the one in the list of the account's sessions (${kind} store)`, async () => {
    const { sessions, visitor } = await visitorOf(kind);
    const owner = `ada of ${kind}`;
    await visitor.visit((session) => void session.setOwner(owner));
    const listed = await listSessions(sessions, owner);
    assertEquals(listed.map(({ handle }) => handle), [await visitor.read((s) => s.handle)]);
  });
}

Deno.test("Session.handle shows nothing of a cookie but a part that is random and public", async () => {
  const { visitor } = await visitorOf("cookie");
  const handle = await visitor.read((session) => session.handle) ?? "";
  // Behind the version, the key's name and the prefix of the nonce: bytes 18 to 26 (see the seal).
  assertEquals(visitor.value.slice(24, 36), handle);
});

Deno.test("Sessions.save() applies the changes of background work to what a visitor stored meanwhile", async () => {
  const store = new VersionedStore();
  const sessions = new Sessions<Values>({ store });
  const visitor = new Visitor(sessions);
  await visitor.visit(increment);
  const session = await sessions.open(visitor.value);
  assert(session !== null);
  increment(session);
  store.meddle(visitor.value, setTo("count", 41), setTo("other", true));
  await sessions.save(session);
  assertEquals(store.record(visitor.value)?.data, { count: 42, other: true });
});

for (
  const [fate, end] of [
    ["ended", (session: Session<Values>) => session.destroy()],
    ["got a new id", (session: Session<Values>) => session.regenerate()],
  ] as const
) {
  Deno.test(`Sessions.save() fails for background work whose session ${fate} meanwhile`, async () => {
    for (const store of [new VersionedStore(), new MemoryStore()]) {
      const sessions = new Sessions<Values>({ store });
      const visitor = new Visitor(sessions);
      await visitor.visit(increment);
      const session = await sessions.open(visitor.value);
      assert(session !== null);
      increment(session);
      await visitor.visit(end);
      await assertRejects(async () => await sessions.save(session), SessionLostError);
    }
  });
}

Deno.test("Sessions.load() of headers alone counts as unsafe: what is lost is an error, and nothing runs twice", async () => {
  const store = new VersionedStore();
  const sessions = new Sessions<Values>({ store });
  const visitor = new Visitor(sessions);
  await visitor.visit(increment);
  const session = await sessions.load({ headers: new Headers({ cookie: visitor.cookie }) });
  increment(session);
  store.rows.delete(visitor.value);
  await assertRejects(async () => await sessions.save(session), SessionLostError);

  const headers = new Headers({ "sec-fetch-site": "cross-site" });
  const foreign = await sessions.load({ headers, url: "http://shop.example/" });
  increment(foreign);
  assertEquals((await sessions.save(foreign)).cookie, null);
});

Deno.test("Sessions.load() of kept headers believes a trusted proxy about https", async () => {
  const { sessions, visitor } = await visitorOf("memory", { trustProxy: true });
  for (const [proto, found] of [["https", 1], ["wss", 1], ["http", undefined]] as const) {
    const headers = new Headers({ cookie: visitor.cookie, "x-forwarded-proto": proto });
    assertEquals(count(await sessions.load({ headers })), found);
  }
});
