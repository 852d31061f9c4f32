/** The one way of a request through `createHandler()`: its route, session, view, response and errors. */
import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Sessions, SessionSizeError, SessionStoreError } from "../../src/session/mod.ts";
import type { SessionWrite } from "../../src/stores/contract.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import { ServerStore } from "../../src/stores/server.ts";
import { html, HttpError, redirect, type Route, type View } from "../../src/web/mod.ts";
import { MapBackend } from "../stores/map_backend.ts";
import { appOf, ORIGIN, post, request, type Values } from "./app.ts";

const bump: View<Values> = ({ session }) => {
  session.update("counter", (count) => Number(count ?? 0) + 1);
  return html(String(session.get("counter")));
};

/** A store that counts the calls: a request without a session must not even load one. */
class WatchedStore extends MemoryStore {
  calls = 0;

  override load(value: string, cookieName: string) {
    this.calls++;
    return super.load(value, cookieName);
  }

  override save(write: SessionWrite) {
    this.calls++;
    return super.save(write);
  }
}

function watched() {
  const store = new WatchedStore();
  return { store, sessions: new Sessions<Values>({ store, renewAfter: 0 }) };
}

const WITH_COOKIE = { headers: { cookie: "session=unknown" } };

Deno.test("createHandler() answers with the view's page and its session's cookie", async () => {
  const { browser, errors } = appOf(bump);
  const first = await browser.fetch("/");
  const [line = ""] = first.headers.getSetCookie();
  assertMatch(line, /^session=[\w-]+; HttpOnly; SameSite=Lax; Path=\/$/);
  assertEquals(await first.text(), "1");
  assertEquals(await (await browser.fetch("/")).text(), "2");
  assertEquals(errors, []);
});

Deno.test("createHandler() answers synchronously where nothing has to be awaited", async () => {
  const view: View<Values> = ({ session, request }) => {
    if (request.url.endsWith("?bump")) session.set("counter", 1);
    if (request.url.endsWith("?throw")) throw redirect("/elsewhere");
    if (request.url.endsWith("?fail")) throw new HttpError(422, "Two of them, please");
    return html(String(session.get("counter")));
  };
  const { handler, browser } = appOf(view);
  await browser.fetch("/?bump");
  const cookie = browser.jar.header(ORIGIN) ?? "";
  for (
    const [path, status] of [["/", 200], ["/?throw", 303], ["/?fail", 422], ["/no", 404]] as const
  ) {
    const response = handler(request(path, { headers: { cookie } }));
    assert(response instanceof Response, path);
    assertEquals(response.status, status);
    assertEquals(response.headers.get("x-content-type-options"), "nosniff");
  }
  const later = handler(request("/?bump"));
  assert(later instanceof Promise, "sealing is asynchronous");
  await later;
});

for (const [when, fail] of [["at once", false], ["later", true]] as const) {
  Deno.test(`createHandler() takes a Response that a view throws ${when} as its answer`, async () => {
    const thrown: unknown[] = [redirect("/elsewhere"), new HttpError(422, "Two of them, please")];
    const { browser, errors } = appOf((context) => {
      bump(context);
      const error = thrown.shift();
      if (fail) return Promise.reject(error);
      throw error;
    });
    const answered = await browser.fetch("/");
    assertEquals(answered.status, 303);
    assertEquals(answered.headers.get("location"), "/elsewhere");
    assertEquals(answered.headers.getSetCookie().length, 1);
    const refused = await browser.fetch("/");
    assertEquals(refused.status, 422);
    assertEquals(refused.headers.getSetCookie(), []);
    assertEquals(errors, []);
  });
}

for (
  const [what, path, method, status] of [
    ["an unknown path", "/nowhere", "GET", 404],
    ["a known path with another method", "/", "DELETE", 405],
    ["an OPTIONS that no route answers", "/", "OPTIONS", 405],
    ["an encoding that cannot be decoded", "/%E0%A4%A", "GET", 400],
  ] as const
) {
  Deno.test(`createHandler() answers ${status} to ${what}, and touches no session`, async () => {
    const { store, sessions } = watched();
    const { handler, errors } = appOf(bump, { sessions });
    const { status: answered, headers } = await handler(request(path, { method, ...WITH_COOKIE }));
    assertEquals(answered, status);
    assertEquals(store.calls, 0);
    assertEquals(headers.getSetCookie(), []);
    assertEquals(headers.get("vary"), "Accept");
    assertEquals(headers.get("allow"), status === 405 ? "GET, HEAD, POST" : null);
    assertEquals(errors, []);
  });
}

Deno.test("createHandler() touches no session on a route that has none", async () => {
  const { store, sessions } = watched();
  const view: View<Values> = ({ params }) =>
    new Response(params.file, { headers: { "cache-control": "public" } });
  const routes = [{ method: "GET", path: "/assets/:file", view, session: false as const }];
  const { handler } = appOf(bump, { sessions, routes });
  const response = await handler(request("/assets/a.css", WITH_COOKIE));
  assertEquals(await response.text(), "a.css");
  assertEquals(response.headers.get("cache-control"), "public");
  assertEquals(response.headers.get("vary"), null);
  assertEquals(store.calls, 0);
});

Deno.test("createHandler() fails a view that uses the session of a route without one", async () => {
  const routes: Route<Values>[] = [{ method: "GET", path: "/", view: bump, session: false }];
  const { handler, errors } = appOf(bump, { routes });
  assertEquals((await handler(request())).status, 500);
  assertStringIncludes(String(errors[0]), "TypeError: Cannot use the session: the route says");
});

for (
  const [what, thrown, status] of [
    ["an HttpError", new HttpError(422, "Two of them, please"), 422],
    ["an HttpError of the server's", new HttpError(503, "Come back later"), 503],
    ["an Error", new Error("secret detail"), 500],
    ["something else", "secret detail", 500],
    ["a TypeError", new TypeError("secret detail"), 500],
    ["a store's failure", new SessionStoreError("secret detail"), 503],
    [
      "a session that does not fit",
      new SessionSizeError("the store", { bytes: 9, limit: 8, largest: [] }),
      413,
    ],
  ] as const
) {
  Deno.test(`createHandler() commits nothing of a view that throws ${what}`, async () => {
    const { handler, errors } = appOf((context) => {
      bump(context);
      throw thrown;
    });
    const response = await handler(request());
    assertEquals(response.status, status);
    assertEquals(response.headers.getSetCookie(), []);
    assertEquals(response.headers.get("cache-control"), "no-store");
    assertFalse((await response.text()).includes("secret detail"));
    assertEquals(errors, status >= 500 || status === 413 ? [thrown] : []);
  });
}

Deno.test("createHandler() shows what an HttpError says, with its headers", async () => {
  const { handler } = appOf(() => {
    throw new HttpError(429, "Slower, please", { headers: { "retry-after": "9" } });
  });
  const response = await handler(request("/", { headers: { accept: "application/json" } }));
  assertEquals(response.headers.get("retry-after"), "9");
  assertEquals((await response.json()).detail, "Slower, please");
});

Deno.test("createHandler() answers 413 to a session that outgrows its cookie, and sends none of it", async () => {
  const { handler, errors } = appOf(({ session, request }) => {
    session.set("item", "x".repeat(Number(request.headers.get("x-size"))));
    return html("done");
  });
  for (const size of ["5000", "500000"]) {
    const response = await handler(request("/", { headers: { "x-size": size } }));
    assertEquals(response.status, 413);
    assertEquals(response.headers.getSetCookie(), []);
    assertFalse((await response.text()).includes("item"));
    assertStringIncludes(String(errors.pop()), "its largest parts are item (");
  }
});

for (const when of ["load at once", "load later", "save"]) {
  Deno.test(`createHandler() answers 503 when the store is down, not with a new session: ${when}`, async () => {
    const failure = new SessionStoreError("Cannot reach the store: 10.0.0.7 is unplugged");
    // Only this one call fails: no later failure may hide what is made of it.
    const { store, sessions } = watched();
    const fail = () => {
      if (when !== "load at once") return Promise.reject(failure);
      throw failure;
    };
    if (when === "save") store.save = fail;
    else store.load = fail;
    let runs = 0;
    const { handler, errors } = appOf((context) => {
      runs++;
      return bump(context);
    }, { sessions });
    const response = await handler(request("/", WITH_COOKIE));
    assertEquals(response.status, 503);
    assertEquals(response.headers.get("retry-after"), "2");
    assertEquals(response.headers.getSetCookie(), []);
    assertFalse((await response.text()).includes("10.0.0.7"));
    assertEquals(errors, [failure]);
    assertEquals(runs, when === "save" ? 1 : 0, "no view runs on another session");
    assertEquals(store.calls, when === "save" ? 1 : 0, "nothing else is asked of the store");
  });
}

for (const fault of ["fails", "throws", "hangs"] as const) {
  Deno.test(`createHandler() answers 503 when a database ${fault}, and goes on when it is back`, async () => {
    const break_ = (): Promise<never> => {
      if (fault === "throws") throw new Error("unplugged");
      return fault === "fails" ? Promise.reject(new Error("unplugged")) : new Promise(() => {});
    };
    const backend = new MapBackend();
    const store = new ServerStore(backend, { timeout: 20 });
    const { browser } = appOf(bump, { sessions: new Sessions<Values>({ store }) });
    await browser.fetch("/");
    for (const broken of ["read", "write"] as const) {
      const { [broken]: whole } = backend;
      backend[broken] = break_;
      const response = await browser.fetch("/");
      assertEquals(response.status, 503, broken);
      assertEquals(response.headers.getSetCookie(), []);
      assertFalse((await response.text()).includes("unplugged"));
      Object.assign(backend, { [broken]: whole });
    }
    assertEquals(await (await browser.fetch("/")).text(), "2");
    assertEquals(backend.values.size, 1);
  });
}

Deno.test("createHandler() answers 500 when a store breaks its contract", async () => {
  const { store, sessions } = watched();
  store.load = () => Promise.reject(new TypeError("a bug"));
  const { handler, errors } = appOf(bump, { sessions });
  assertEquals((await handler(request("/", WITH_COOKIE))).status, 500);
  assertEquals(errors.length, 1);
});

Deno.test("createHandler() refuses what another site sends, before anything else", async () => {
  const { store, sessions } = watched();
  let runs = 0;
  const view = () => html(String(++runs));
  const unsafe = ["POST", "PUT", "PATCH", "DELETE"];
  const routes = ["GET", ...unsafe].map((method) => ({ method, path: "/", view }));
  const { handler, errors } = appOf(view, { sessions, routes });
  const crossSite = { "sec-fetch-site": "cross-site", ...WITH_COOKIE.headers };
  const foreign: HeadersInit[] = [
    crossSite,
    { "sec-fetch-site": "same-site", origin: "https://other.shop.example" },
    { "sec-fetch-site": "cross-site", origin: ORIGIN },
    { origin: "https://evil.example" },
    { origin: "null" },
    // A form of another site can send these without a CORS preflight: no type is an exception.
    { origin: "https://evil.example", "content-type": "text/plain" },
    { origin: "https://evil.example", "content-type": "multipart/form-data; boundary=x" },
    { origin: "https://evil.example", "content-type": "application/json" },
  ];
  for (const method of unsafe) {
    for (const headers of foreign) {
      assertEquals((await handler(request("/", { method, headers, body: "a=1" }))).status, 403);
    }
  }
  assertEquals({ runs, calls: store.calls, errors }, { runs: 0, calls: 0, errors: [] });
  assertEquals((await handler(post({}, { "sec-fetch-site": "same-origin" }))).status, 200);
  assertEquals((await handler(request("/", { headers: crossSite }))).status, 200);
});

Deno.test("createHandler() lets trusted origins in", async () => {
  const { handler } = appOf(bump, { trustedOrigins: ["https://pay.example:8443"] });
  const from = async (origin: string) => (await handler(post({}, { origin }))).status;
  assertEquals(await from("https://pay.example:8443"), 200);
  assertEquals(await from("https://pay.example"), 403);
});

Deno.test("createHandler() puts security headers on every response", async () => {
  const { handler } = appOf(bump);
  for (const path of ["/", "/nowhere"]) {
    const { headers } = await handler(request(path));
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assertStringIncludes(headers.get("content-security-policy") ?? "", "frame-ancestors 'none'");
  }
});

Deno.test("createHandler() renders errors as the application wants, as JSON for programs", async () => {
  const { handler } = appOf(bump, { errorPage: ({ status, title }) => `${status} ${title}!` });
  assertEquals(await (await handler(request("/nowhere"))).text(), "404 Not Found!");
  const program = await handler(request("/nowhere", { headers: { accept: "application/json" } }));
  assertEquals(program.headers.get("content-type"), "application/problem+json");
  assertEquals((await program.json()).status, 404);
});

Deno.test("createHandler() falls back on its own error page where the application's fails", async () => {
  const broken = new Error("the error page has an error");
  const { handler, errors } = appOf(bump, {
    errorPage() {
      throw broken;
    },
  });
  const response = await handler(request("/nowhere"));
  assertEquals(response.status, 500);
  assertStringIncludes(await response.text(), "<h1>Internal Server Error</h1>");
  assertEquals(errors, [broken]);
});

Deno.test("createHandler() reports a view that answers with nothing, and runs it once", async () => {
  let runs = 0;
  const { handler, errors } = appOf((() => void runs++) as unknown as View<Values>);
  assertEquals((await handler(request())).status, 500);
  assertStringIncludes(String(errors[0]), "Cannot answer the request: its view gave no Response");
  assertEquals(errors.length, 1);
  assertEquals(runs, 1);
});

for (const method of ["GET", "HEAD"]) {
  Deno.test(`createHandler() passes on a response to ${method} that cannot be copied`, async () => {
    const { handler, errors } = appOf(() => Response.error());
    assertEquals((await handler(request("/", { method }))).type, "error");
    assertEquals(errors, []);
  });
}

for (const serverTiming of [true, false]) {
  Deno.test(`createHandler() with serverTiming: ${serverTiming} tells its steps, or not`, async () => {
    const view: View<Values> = async (context) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const response = bump(context);
      (await response).headers.set("server-timing", "db;dur=1");
      return response;
    };
    const { handler } = appOf(view, { serverTiming });
    const told = (await handler(request())).headers.get("server-timing") ?? "";
    assertMatch(
      told,
      serverTiming
        ? /^db;dur=1, load;dur=\d+\.\d\d, view;dur=\d+\.\d\d, commit;dur=\d+\.\d\d$/
        : /^db;dur=1$/,
    );
    if (!serverTiming) return;
    const [, load = 0, view_ = 0] = Array.from(
      told.matchAll(/dur=([\d.]+)/g),
      ([, n]) => Number(n),
    );
    assert(view_ >= 15 && load < view_, `each step is measured by itself: ${told}`);
  });
}

Deno.test("createHandler() refuses a table with the same route twice", () => {
  const route: Route<Values> = { method: "GET", path: "/", view: bump };
  assertThrows(() => appOf(bump, { routes: [route, route] }), RangeError, "it occurs twice");
});
