import { CookieStore, type Session, type SessionCookieOptions, Sessions } from "@satchel/satchel";
import { listSessions } from "@satchel/satchel/stores/server";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { assert, assertEquals } from "@std/assert";
import { Browser } from "../support/browser.ts";
import { CookieJar, TestClock } from "@satchel/satchel/testing";
import { SECRET } from "../support/secrets.ts";
import type { Values } from "../support/sessions.ts";

const STORES = {
  cookie: () => new CookieStore({ secrets: [SECRET] }),
  memory: () => new MemoryStore(),
};

/** What a page of the site does. */
type Use = (session: Session<Values>) => void;

/** How a cookie was, where, and how it is. */
interface Move {
  readonly before: SessionCookieOptions;
  readonly from?: string;
  readonly now: SessionCookieOptions;
  readonly name: string;
}

const MOVES: Record<"another name" | "http to https" | "a domain's", Move> = {
  "another name": {
    before: { name: "sid" },
    now: { formerly: ["__Host-sid"] },
    name: "__Host-session",
  },
  "http to https": {
    before: {},
    from: "http://shop.example/",
    now: { formerly: ["session"] },
    name: "__Host-session",
  },
  "a domain's": {
    before: {},
    now: { domain: "shop.example", formerly: ["__Host-session"] },
    name: "__Secure-session",
  },
};

/** A visitor who came while the cookie was as before, and the site as it is now. */
async function moved(kind: keyof typeof STORES, what: keyof typeof MOVES) {
  const { before, now, from = "https://shop.example/", name } = MOVES[what];
  const clock = new TestClock();
  const store = STORES[kind]();
  const jar = new CookieJar(clock.now);
  let use: Use = () => {};
  const browserOf = (cookie: SessionCookieOptions, origin: string): [Browser, Sessions<Values>] => {
    const sessions = new Sessions<Values>({ store, now: clock.now, cookie });
    const answer = (request: Request) =>
      sessions.handle(request, (session) => {
        use(session);
        return Response.json([session.get("who") ?? null, session.get("count") ?? null]);
      });
    return [new Browser(answer, { origin, jar }), sessions];
  };
  const [old] = browserOf(before, from);
  use = (session) => void session.set("who", "ada");
  await old.fetch("/");
  const former = jar.cookies.map(({ name, value }) => `${name}=${value}`);
  const [browser, sessions] = browserOf(now, "https://shop.example/");
  /** Makes a request as the browser does; with `header` as one that was sent before. */
  const visit = async (does: Use, init: RequestInit = {}): Promise<unknown> => {
    use = does;
    return await (await browser.fetch("/", init)).json();
  };
  const names = () => jar.cookies.map(({ name }) => name);
  return { clock, sessions, jar, former: former.join("; "), visit, names, name, store };
}

const read: Use = (session) => void session.get("who");
const count: Use = (session) => void session.update("count", (count) => Number(count ?? 0) + 1);

for (const kind of ["cookie", "memory"] as const) {
  for (const what of ["another name", "http to https", "a domain's"] as const) {
    Deno.test(`SessionCookieOptions.formerly moves a session to ${what} cookie (${kind} store)`, async () => {
      const { visit, names, name, former } = await moved(kind, what);
      assertEquals(await visit(read), ["ada", null]);
      // The former one stays until the new one has been seen: this answer might have been lost.
      assertEquals(names().sort(), [former.replace(/=.*/, ""), name].sort());
      assertEquals(await visit(count), ["ada", 1]);
      assertEquals(names(), [name]);
      assertEquals(await visit(count), ["ada", 2]);
    });

    Deno.test(`SessionCookieOptions.formerly ends what was left under the former name of ${what} cookie (${kind} store)`, async () => {
      const { visit, jar, former } = await moved(kind, what);
      await visit(read);
      await visit(read);
      jar.clear();
      const copied = await visit(read, { headers: { cookie: former } });
      assertEquals(copied, kind === "cookie" ? ["ada", null] : [null, null]);
    });
  }

  Deno.test(`SessionCookieOptions.formerly moves a session to where it is written (${kind} store)`, async () => {
    for (const method of ["GET", "POST"]) {
      const { visit, names, name } = await moved(kind, "another name");
      assertEquals(await visit(count, { method }), ["ada", 1]);
      assertEquals(await visit(count, { method }), ["ada", 2]);
      assertEquals(names(), [name]);
      assertEquals(await visit(read), ["ada", 2]);
    }
  });

  Deno.test(`SessionCookieOptions.formerly loses nobody whose answer is lost, or who asks twice at once (${kind} store)`, async () => {
    const { visit, jar, former, name } = await moved(kind, "another name");
    for (let lost = 0; lost < 3; lost++) {
      assertEquals(await visit(count), ["ada", 1]);
      jar.clear();
      jar.storeLine("https://shop.example/", `${former}; Secure; Path=/`);
    }
    await visit(count);
    // A request that was sent before that answer came has the former cookie alone.
    assertEquals(await visit(read, { headers: { cookie: former } }), ["ada", null]);
    assertEquals(jar.cookies.map(({ name }) => name).includes(name), true);
    assertEquals((await visit(read) as unknown[])[0], "ada");
  });

  Deno.test(`SessionCookieOptions.formerly moves nothing for a request in the background that reads (${kind} store)`, async () => {
    const { visit, names } = await moved(kind, "another name");
    const headers = { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" };
    assertEquals(await visit(read, { headers }), ["ada", null]);
    assertEquals(names(), ["__Host-sid"]);
    assertEquals(await visit(read), ["ada", null]);
    assertEquals(names().length, 2);
  });

  Deno.test(`SessionCookieOptions.formerly lets a sign-out end a session under both names (${kind} store)`, async () => {
    for (const visits of [0, 1]) {
      const { visit, names, former } = await moved(kind, "another name");
      for (let number = 0; number < visits; number++) await visit(read);
      assert(names().includes("__Host-sid"));
      await visit((session) => session.destroy(), { method: "POST" });
      assertEquals(names().includes("__Host-sid"), false);
      assertEquals(await visit(read), [null, null]);
      if (kind === "memory") {
        assertEquals(await visit(read, { headers: { cookie: former } }), [null, null]);
      }
    }
  });

  Deno.test(`Session.regenerate() ends the session under its former name immediately (${kind} store)`, async () => {
    const { visit, names, former, jar } = await moved(kind, "another name");
    await visit((session) => session.regenerate(), { method: "POST" });
    assertEquals(names(), ["__Host-session"]);
    assertEquals(await visit(read), ["ada", null]);
    if (kind === "cookie") return;
    jar.clear();
    assertEquals(await visit(read, { headers: { cookie: former } }), [null, null]);
  });

  Deno.test(`SessionCookieOptions.formerly is needed to read a former cookie (${kind} store)`, async () => {
    const { store, clock, former } = await moved(kind, "another name");
    for (
      const [formerly, who] of [
        [["__Host-sid"], "ada"],
        [["__Host-session", "__Host-sid"], "ada"],
        [["sid", "__Host-si", "__host-sid"], undefined],
        [undefined, undefined],
      ] as const
    ) {
      const sessions = new Sessions<Values>({ store, now: clock.now, cookie: { formerly } });
      const request = new Request("https://shop.example/", { headers: { cookie: former } });
      assertEquals((await sessions.load(request)).get("who"), who);
    }
  });
}

Deno.test("SessionCookieOptions.formerly prefers the cookie of the present name", async () => {
  const { visit, former, jar } = await moved("memory", "another name");
  await visit(count);
  const present = jar.cookies.find(({ name }) => name === "__Host-session")?.value;
  const headers = { cookie: `${former}; __Host-session=${present}`, "sec-fetch-dest": "empty" };
  assertEquals(await visit(read, { headers }), ["ada", 1]);
});

Deno.test("SessionCookieOptions.formerly leaves one session in the account's list", async () => {
  const { visit, sessions } = await moved("memory", "another name");
  await visit((session) => void session.setOwner("ada"));
  await visit(count);
  assertEquals((await listSessions(sessions, "ada")).length, 1);
});
