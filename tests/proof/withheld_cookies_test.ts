import { assert, assertEquals } from "@std/assert";
import {
  CookieStore,
  type Session,
  type SessionCookieOptions,
  Sessions,
  type SessionStore,
} from "@satchel/satchel";
import { createHandler, csrfToken, html, redirect, type Route } from "@satchel/satchel/web";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { SECRET } from "../support/secrets.ts";
import type { Values } from "../support/sessions.ts";

const ORIGIN = "https://shop.example";
const PARTNER = "https://pay.example";
const STORES: Record<string, () => SessionStore> = {
  cookie: () => new CookieStore({ secrets: [SECRET] }),
  memory: () => new MemoryStore(),
};

const NAVIGATION = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
type SameSite = NonNullable<SessionCookieOptions["sameSite"]>;

/** Requests that another site caused, and under which `SameSite` browsers withhold the cookie. */
const CASES: [what: string, method: string, headers: Record<string, string>, where: SameSite[]][] =
  [
    ["a link", "GET", NAVIGATION, ["Strict"]],
    ["a link, and no more is said", "GET", {}, ["Strict"]],
    ["a HEAD of a page", "HEAD", NAVIGATION, ["Strict"]],
    ["a form", "POST", NAVIGATION, ["Lax", "Strict"]],
    ["a form, and no more is said", "POST", {}, ["Lax", "Strict"]],
    ["a DELETE by a script", "DELETE", fetchMetadata("cors"), ["Lax", "Strict"]],
    ["an image", "GET", fetchMetadata("no-cors", "image"), ["Lax", "Strict"]],
    ["a script's GET", "GET", fetchMetadata("cors", "empty"), ["Lax", "Strict"]],
    ["an iframe", "GET", fetchMetadata("navigate", "iframe"), ["Lax", "Strict"]],
    ["a WebSocket", "GET", fetchMetadata("websocket"), ["Lax", "Strict"]],
  ];

function fetchMetadata(mode: string, destination?: string): Record<string, string> {
  return { "sec-fetch-mode": mode, ...(destination && { "sec-fetch-dest": destination }) };
}

/** A site whose pages write the session in every way, and how often its store was written. */
function siteOf(kind: string, cookie: SessionCookieOptions) {
  const store = STORES[kind]?.() ?? new MemoryStore();
  let writes = 0;
  const counted: SessionStore = {
    name: store.name,
    limit: store.limit,
    owners: store.owners,
    load: (...given) => store.load(...given),
    save: (write) => (writes++, store.save(write)),
    destroy: (...given) => (writes++, store.destroy(...given)),
    measure: (...given) => store.measure(...given),
    ping: () => store.ping(),
  };
  const sessions = new Sessions<Values>({ store: counted, cookie });
  const uses: Record<string, (session: Session<Values>) => unknown> = {
    read: (session) => session.get("name"),
    write: (session) => session.set("name", "nobody").flash("Hello").regenerate(),
    destroy(session) {
      session.destroy();
      session.flash("Bye");
    },
    token: (session) => csrfToken(session),
  };
  const routes = ["GET", "POST", "DELETE"].flatMap((method) =>
    Object.entries(uses).map(([name, use]): Route<Values> => ({
      method,
      path: `/${name}`,
      view({ session }) {
        use(session);
        const text = `${name}: ${session.get("name") ?? "blank"}`;
        return html(text, { headers: { "cache-control": "public, max-age=60" } });
      },
    }))
  );
  const handler = createHandler({ sessions, routes, trustedOrigins: [PARTNER] });
  const ask = (use: string, method: string, headers: Record<string, string>) =>
    handler(new Request(`${ORIGIN}/${use}`, { method, headers: { origin: PARTNER, ...headers } }));
  return { ask, sessions, writes: () => writes };
}

for (const kind of Object.keys(STORES)) {
  for (const [what, method, headers, where] of CASES) {
    for (const sameSite of ["Lax", "Strict", "None"] as const) {
      const isWithheld = where.includes(sameSite);
      const does = isWithheld ? "writes nothing for" : "takes for a new visitor";
      Deno.test(`createHandler() ${does} ${what} from another site under ${sameSite} (${kind} store)`, async () => {
        const { ask, writes } = siteOf(kind, { sameSite, secure: true });
        const foreign = { "sec-fetch-site": "cross-site", ...headers };
        for (const use of ["read", "write", "destroy", "token"]) {
          const response = await ask(use, method, foreign);
          assertEquals(response.status, 200);
          const text = use === "write" ? "write: nobody" : `${use}: blank`;
          assertEquals(await response.text(), method === "HEAD" ? "" : text);
          const sets = !isWithheld && use !== "read";
          assertEquals(response.headers.getSetCookie().length, sets ? 1 : 0, use);
          assertEquals(response.headers.get("vary"), "Cookie");
          const control = response.headers.get("cache-control") ?? "";
          assert(control.startsWith("private"), control);
        }
        assertEquals(writes() > 0, !isWithheld);
      });
    }
  }

  Deno.test(`createHandler() writes where the cookie came along, or nobody kept it back (${kind} store)`, async () => {
    const { ask } = siteOf(kind, { sameSite: "Strict" });
    const first = await ask("write", "POST", { "sec-fetch-site": "same-origin", ...NAVIGATION });
    const [cookie = ""] = first.headers.getSetCookie().map((line) => line.replace(/;.*/, ""));
    assert(cookie !== "");
    const foreign = { "sec-fetch-site": "cross-site", ...NAVIGATION };
    const known = await ask("read", "GET", { ...foreign, cookie });
    assertEquals(await known.text(), "read: nobody");
    const written = await ask("write", "POST", { ...foreign, cookie });
    assertEquals(written.headers.getSetCookie().length, 1);
    for (const site of ["same-site", "same-origin", "none"]) {
      const fresh = await ask("write", "GET", { "sec-fetch-site": site, ...NAVIGATION });
      assertEquals(fresh.headers.getSetCookie().length, 1, site);
    }
    // One of another name is not the session's.
    const other = await ask("write", "POST", { ...foreign, cookie: "theme=dark; session" });
    assertEquals(other.headers.getSetCookie(), []);
  });

  Deno.test(`Sessions.commit() writes nothing where the cookie was withheld (${kind} store)`, async () => {
    const { sessions, writes } = siteOf(kind, {});
    const headers = { "sec-fetch-site": "cross-site", ...NAVIGATION };
    const session = await sessions.load(new Request(ORIGIN, { method: "POST", headers }));
    session.set("a", 1);
    assertEquals(session.get("a"), 1);
    assert(session.isNew);
    const { status, headers: sent } = await sessions.commit(session, redirect("/"));
    assertEquals(status, 303);
    assertEquals(sent.getSetCookie(), []);
    assertEquals(writes(), 0);
  });
}
