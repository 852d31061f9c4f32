import { assert, assertEquals, assertRejects } from "@std/assert";
import { CookieStore, type Session, Sessions, type SessionStore } from "../../src/session/mod.ts";
import { withHeaders } from "../../src/session/headers.ts";
import {
  createHandler,
  html,
  HttpError,
  redirect,
  type Route,
  withSecurityHeaders,
} from "../../src/web/mod.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import { SECRET, type Values } from "../session/visitor.ts";

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

function cookieOf(response: Response): string {
  const lines = response.headers.getSetCookie().filter((line) => line.startsWith("session="));
  assert(lines.length <= 1, `${lines}`);
  return lines[0]?.replace(/;.*/, "") ?? "";
}

function get(path: string, cookie = "", method = "GET"): Request {
  return new Request(ORIGIN + path, { method, headers: { cookie } });
}

for (const [kind, makeStore] of Object.entries(STORES)) {
  for (const [what, make] of Object.entries(CONSTANTS)) {
    Deno.test(`createHandler() changes nothing about ${what} kept as a constant (${kind} store)`, async () => {
      const constant = make();
      const before = [...constant.headers];
      const sessions = new Sessions<Values>({ store: makeStore() });
      const answer =
        (use: (session: Session<Values>) => void): Route<Values>["view"] => ({ session }) => {
          use(session);
          return constant;
        };
      const routes: Route<Values>[] = [
        { method: "GET", path: "/write", view: answer((session) => session.set("a", 1)) },
        { method: "GET", path: "/read", view: answer((session) => session.get("a")) },
        { method: "GET", path: "/ignore", view: answer(() => {}) },
        {
          method: "GET",
          path: "/throw",
          view: () => {
            throw constant;
          },
        },
        { method: "GET", path: "/plain", session: false, view: () => constant },
        { method: "POST", path: "/sign-out", view: answer((session) => session.destroy()) },
      ];
      const handler = createHandler({ sessions, routes, serverTiming: true });
      for (let visit = 0; visit < 5; visit++) {
        const cookie = cookieOf(await handler(get("/write")));
        assert(cookie.length > "session=".length);
        for (const path of ["/read", "/ignore", "/throw", "/plain"]) {
          for (const method of ["GET", "HEAD"]) {
            const response = await handler(get(path, "", method));
            assertEquals([response.status, response.statusText], [
              constant.status,
              constant.statusText,
            ]);
            assertEquals(cookieOf(response), "", path);
            const { headers } = response;
            assertEquals(headers.get("vary")?.includes("Cookie") ?? false, path === "/read");
            assertEquals(
              headers.get("server-timing")?.split(",").length ?? 0,
              {
                "/plain": 0,
              }[path] ?? 3,
            );
          }
        }
        const out = await handler(get("/sign-out", cookie, "POST"));
        assertEquals(cookieOf(out), "session=");
      }
      assertEquals([...constant.headers], before);
    });
  }

  Deno.test(`Sessions.handle() and commit() leave a constant as it is (${kind} store)`, async () => {
    const home = redirect("/home");
    const sessions = new Sessions<Values>({ store: makeStore() });
    for (let visit = 0; visit < 5; visit++) {
      const handled = await sessions.handle(get("/"), (session) => {
        session.set("a", visit);
        return home;
      });
      assert(cookieOf(handled) !== "");
      const loaded = await sessions.load(get("/", cookieOf(handled)));
      loaded.regenerate();
      assert(cookieOf(await sessions.commit(loaded, home)) !== "");
      const reader = await sessions.load(get("/"));
      reader.get("a");
      const read = await sessions.commit(reader, home);
      assertEquals([cookieOf(read), read.headers.get("vary")], ["", "Cookie"]);
      const other = await sessions.load(get("/"));
      assertEquals([...(await sessions.commit(other, home)).headers], [["location", "/home"]]);
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
      const sessions = new Sessions<Values>({ store: makeStore() });
      const routes = Object.entries(views).map(([name, view]): Route<Values> => ({
        method: "GET",
        path: `/${name}`,
        view: ({ session, request }) => {
          if (request.url.endsWith("?write")) session.set("a", 1);
          return view();
        },
      }));
      const handler = createHandler({ sessions, routes });
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
    const routes: Route<Values>[] = [
      { method: "GET", path: "/", session: false, view: () => page },
    ];
    const response = await createHandler({ sessions, routes })(get("/"));
    assertEquals([response.status, cookieOf(response)], [500, ""]);
  });
}

Deno.test("createHandler() takes a response that another handler of the same request made", async () => {
  const one = new Sessions<Values>({ store: new MemoryStore(), cookie: { name: "one" } });
  const two = new Sessions<Values>({ store: new MemoryStore(), cookie: { name: "two" } });
  const inner = createHandler({
    sessions: one,
    routes: [{
      method: "GET",
      path: "/page",
      view: ({ session }) => html(`${session.set("a", 1).size}`),
    }],
  });
  const outer = createHandler({
    sessions: two,
    routes: [
      {
        method: "GET",
        path: "/as-it-is",
        view: ({ session, request }) => {
          session.set("b", 2);
          return inner(new Request(`${ORIGIN}/page`, request));
        },
      },
      { method: "GET", path: "/plain", session: false, view: () => inner(get("/page")) },
    ],
  });
  const names = (response: Response): string[] =>
    response.headers.getSetCookie().map((line) => line.replace(/=.*/, ""));
  assertEquals(names(await outer(get("/as-it-is"))), ["one", "two"]);
  assertEquals(names(await outer(get("/plain"))), ["one"]);
  const request = get("/");
  const first = await one.handle(request, (session) => html(`${session.set("a", 1).size}`));
  const both = await two.handle(request, (session) => (session.set("b", 2), first));
  assertEquals(names(both), ["one", "two"]);
});

Deno.test("withHeaders() and withSecurityHeaders() make a copy of what has no body", () => {
  for (const make of Object.values(CONSTANTS)) {
    const constant = make();
    const before = [...constant.headers];
    const changed = withHeaders(constant, (headers) => headers.append("set-cookie", "a=1"));
    assert(changed.headers.getSetCookie().includes("a=1"));
    assertEquals(changed.body, null);
    const secured = withSecurityHeaders(constant);
    assertEquals(secured.headers.get("x-content-type-options"), "nosniff");
    assertEquals([...constant.headers], before);
  }
});
