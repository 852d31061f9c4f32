import { assert, assertEquals, assertRejects } from "@std/assert";
import { CookieStore, type Session, Sessions, type SessionStore } from "@satchel/satchel";
import {
  createHandler,
  html,
  HttpError,
  redirect,
  type Route,
  type View,
  withSecurityHeaders,
} from "@satchel/satchel/web";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { SECRET } from "../support/secrets.ts";
import type { Values } from "../support/sessions.ts";

const ORIGIN = "http://shop.example";
const STORES: Record<string, () => SessionStore> = {
  cookie: () => new CookieStore({ secrets: [SECRET] }),
  memory: () => new MemoryStore(),
};

/** Answers that an application may keep for all its visitors, since they have no body. */
const CONSTANTS: Record<string, () => Response> = {
  "redirect()": () => redirect("/home"),
  "Response.redirect()": () => Response.redirect(`${ORIGIN}/home`, 303),
  "a 204": () => new Response(null, { status: 204 }),
  "a 304": () => new Response(null, { status: 304, headers: { etag: '"a"' } }),
  "a page for HEAD": () => new Response(null, { headers: { "content-type": "text/html" } }),
  "a 200 with rules for caches": () =>
    new Response(null, {
      headers: {
        "cache-control": "public, max-age=60",
        "cdn-cache-control": "max-age=600",
        "vary": "accept",
        "set-cookie": "theme=dark",
      },
    }),
  "html() of no body": () => html(null as unknown as string, { status: 304 }),
  "a 404": () => new Response(null, { status: 404, statusText: "Gone for lunch" }),
};

/** The session's cookie of a response, as browsers send it back; empty if it sets none. */
function cookieOf(response: Response): string {
  const lines = response.headers.getSetCookie().filter((line) => line.startsWith("session="));
  assert(lines.length <= 1, `${lines}`);
  return lines[0]?.replace(/;.*/, "") ?? "";
}

function get(path: string, cookie = "", method = "GET"): Request {
  return new Request(ORIGIN + path, { method, headers: { cookie } });
}

function makeHandler(
  sessions: Sessions<Values>,
  views: Record<string, View<Values>>,
  others: readonly Route<Values>[] = [],
) {
  const routes = Object.entries(views).map(([name, view]): Route<Values> => {
    return { method: "GET", path: `/${name}`, view };
  });
  return createHandler({ sessions, routes: [...routes, ...others], serverTiming: true });
}

for (const [kind, makeStore] of Object.entries(STORES)) {
  for (const [what, make] of Object.entries(CONSTANTS)) {
    Deno.test(`createHandler() changes nothing about ${what} kept as a constant (${kind} store)`, async () => {
      const constant = make();
      const before = [...constant.headers];
      const answer =
        (use: (session: Session<Values>) => unknown): View<Values> => ({ session }) => {
          use(session);
          return constant;
        };
      const views: Record<string, View<Values>> = {
        write: answer((session) => session.set("a", 1)),
        read: answer((session) => session.get("a")),
        ignore: answer(() => {}),
        throw: () => {
          throw constant;
        },
      };
      const handler = makeHandler(new Sessions<Values>({ store: makeStore() }), views, [
        { method: "GET", path: "/plain", session: false, view: () => constant },
        { method: "POST", path: "/sign-out", view: answer((session) => session.destroy()) },
      ]);
      for (let visit = 0; visit < 5; visit++) {
        const cookie = cookieOf(await handler(get("/write")));
        assert(cookie.length > "session=".length);
        for (const path of ["/read", "/ignore", "/throw", "/plain"]) {
          for (const method of ["GET", "HEAD"]) {
            const response = await handler(get(path, "", method));
            assertEquals(response.status, constant.status);
            assertEquals(response.statusText, constant.statusText);
            assertEquals(cookieOf(response), "", path);
            const { headers } = response;
            assertEquals(headers.get("vary")?.includes("Cookie") ?? false, path === "/read");
            const timings = headers.get("server-timing")?.split(",").length ?? 0;
            assertEquals(timings, path === "/plain" ? 0 : 3);
          }
        }
        assertEquals(cookieOf(await handler(get("/sign-out", cookie, "POST"))), "session=");
      }
      assertEquals([...constant.headers], before);
    });
  }

  Deno.test(`Sessions.handle() and commit() leave a constant as it is (${kind} store)`, async () => {
    const home = redirect("/home");
    const sessions = new Sessions<Values>({ store: makeStore() });
    const commit = async (cookie: string, use: (session: Session<Values>) => unknown) => {
      const session = await sessions.load(get("/", cookie));
      use(session);
      return await sessions.commit(session, home);
    };
    for (let visit = 0; visit < 5; visit++) {
      const handled = await sessions.handle(get("/"), (session) => {
        session.set("a", visit);
        return home;
      });
      const cookie = cookieOf(handled);
      assert(cookie !== "");
      assert(cookieOf(await commit(cookie, (session) => session.regenerate())) !== "");
      const read = await commit("", (session) => session.get("a"));
      assertEquals(cookieOf(read), "");
      assertEquals(read.headers.get("vary"), "Cookie");
      assertEquals([...(await commit("", () => {})).headers], [["location", "/home"]]);
    }
    assertEquals([...home.headers], [["location", "/home"]]);
  });

  Deno.test(`Sessions.handle() lets no headers collect in a Headers object of many responses (${kind} store)`, async () => {
    const shared = new Headers({ "x-shop": "1" });
    const native = globalThis.Response;
    // As the responses of @hono/node-server: they keep the very object that they are made with.
    globalThis.Response = class extends native {
      readonly #given: Headers | null;
      constructor(body?: BodyInit | null, init?: ResponseInit) {
        super(body, init);
        this.#given = init instanceof native || !(init?.headers instanceof Headers)
          ? null
          : init.headers;
      }
      override get headers(): Headers {
        return this.#given ?? super.headers;
      }
    };
    try {
      const views = {
        html: () => html("<p>Hi</p>", { headers: shared }),
        text: () => new Response("Hi", { headers: shared }),
        bodiless: () => new Response(null, { status: 303, headers: shared }),
        error: (): Response => {
          throw new HttpError(422, "Two of them, please", { headers: shared });
        },
      };
      const pages = Object.entries(views).map(([name, view]): [string, View<Values>] => [
        name,
        ({ session, request }) => {
          if (request.url.endsWith("?write")) session.set("a", 1);
          return view();
        },
      ]);
      const sessions = new Sessions<Values>({ store: makeStore() });
      const handler = makeHandler(sessions, Object.fromEntries(pages));
      for (const name of Object.keys(views)) {
        const written = await handler(get(`/${name}?write`));
        assertEquals(cookieOf(written) !== "", name !== "error", name);
        assertEquals(written.headers.get("x-shop"), "1");
        assertEquals(cookieOf(await handler(get(`/${name}`))), "", name);
      }
    } finally {
      globalThis.Response = native;
    }
    assertEquals([...shared], [["x-shop", "1"]]);
  });

  Deno.test(`Sessions.handle() refuses a response with a body that answered somebody else (${kind} store)`, async () => {
    // @hono/node-server sends such a response any number of times, Bun where the body is empty.
    const sessions = new Sessions<Values>({ store: makeStore() });
    const page = html("<p>Hi</p>");
    const write = (session: Session<Values>): Response => {
      session.set("a", 1);
      return page;
    };
    assert(cookieOf(await sessions.handle(get("/", "", "HEAD"), write)) !== "");
    for (const use of [write, (session: Session<Values>) => (session.get("a"), page), () => page]) {
      await assertRejects(
        async () => await sessions.handle(get("/"), use),
        TypeError,
        "Cannot answer with an earlier response",
      );
    }
    const response = await makeHandler(sessions, {}, [
      { method: "GET", path: "/", session: false, view: () => page },
    ])(get("/"));
    assertEquals(response.status, 500);
    assertEquals(cookieOf(response), "");
  });
}

Deno.test("createHandler() takes a response that another handler of the same request made", async () => {
  const one = new Sessions<Values>({ store: new MemoryStore(), cookie: { name: "one" } });
  const two = new Sessions<Values>({ store: new MemoryStore(), cookie: { name: "two" } });
  const inner = makeHandler(one, { page: ({ session }) => html(`${session.set("a", 1).size}`) });
  const asItIs: View<Values> = ({ session, request }) => {
    session.set("b", 2);
    return inner(new Request(`${ORIGIN}/page`, request));
  };
  const outer = makeHandler(two, { "as-it-is": asItIs }, [
    { method: "GET", path: "/plain", session: false, view: () => inner(get("/page")) },
  ]);
  const names = (response: Response): string[] =>
    response.headers.getSetCookie().map((line) => line.replace(/=.*/, ""));
  assertEquals(names(await outer(get("/as-it-is"))), ["one", "two"]);
  assertEquals(names(await outer(get("/plain"))), ["one"]);
  const request = get("/");
  const first = await one.handle(request, (session) => html(`${session.set("a", 1).size}`));
  const both = await two.handle(request, (session) => (session.set("b", 2), first));
  assertEquals(names(both), ["one", "two"]);
});

for (const [what, make] of Object.entries(CONSTANTS)) {
  Deno.test(`withSecurityHeaders() changes a copy of ${what}`, () => {
    const constant = make();
    const before = [...constant.headers];
    const secured = withSecurityHeaders(constant);
    assertEquals(secured.headers.get("x-content-type-options"), "nosniff");
    assertEquals(secured.body, null);
    assertEquals([...constant.headers], before);
  });
}
