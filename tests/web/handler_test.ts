import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  Sessions,
  SessionSizeError,
  type SessionStore,
  SessionStoreError,
} from "../../src/session/mod.ts";
import {
  createHandler,
  csrfToken,
  type HandlerOptions,
  html,
  HttpError,
  redirect,
  type Route,
  type View,
} from "../../src/web/mod.ts";
import { cookieSessions, type Values } from "../session/visitor.ts";
import { VersionedStore } from "../session/versioned_store.ts";
import { ServerStore, type StoredValue } from "../../src/stores/server.ts";

const ORIGIN = "http://shop.example";

/** A handler of one view under `/` for GET and POST, and what it reported as errors. */
function handlerOf(view: View<Values>, options: Partial<HandlerOptions<Values>> = {}) {
  const errors: unknown[] = [];
  const handler = createHandler<Values>({
    sessions: cookieSessions(),
    routes: [{ method: "GET", path: "/", view }, { method: "POST", path: "/", view }],
    onError: (error) => errors.push(error),
    ...options,
  });
  return { handler, errors };
}

function request(path = "/", init: RequestInit = {}): Request {
  return new Request(ORIGIN + path, init);
}

function post(fields: Record<string, string> = {}, headers: Record<string, string> = {}): Request {
  return request("/", { method: "POST", body: new URLSearchParams(fields), headers });
}

/** A store that counts who asks: a request that must touch no session must not even load one. */
class WatchedStore extends VersionedStore {
  get untouched(): boolean {
    return this.loads === 0 && this.writes.length === 0;
  }
}

const bump: View<Values> = ({ session }) => {
  session.update("counter", (count) => Number(count ?? 0) + 1);
  return html(String(session.get("counter")));
};

Deno.test("createHandler() answers with the view's page and its session's cookie", async () => {
  const { handler, errors } = handlerOf(bump);
  const first = await handler(request());
  const [line = ""] = first.headers.getSetCookie();
  assertMatch(line, /^session=[\w-]+; HttpOnly; SameSite=Lax; Path=\/$/);
  const cookie = line.replace(/;.*/, "");
  const second = await handler(request("/", { headers: { cookie } }));
  assertEquals([await first.text(), await second.text()], ["1", "2"]);
  assertEquals(errors, []);
});

Deno.test("createHandler() answers at once where nothing has to be waited for", async () => {
  const view: View<Values> = ({ session, request }) => {
    if (request.url.endsWith("?bump")) session.set("counter", 1);
    if (request.url.endsWith("?throw")) throw redirect("/elsewhere");
    if (request.url.endsWith("?fail")) throw new HttpError(422, "Two of them, please");
    return html(String(session.get("counter")));
  };
  const { handler } = handlerOf(view);
  const written = await handler(request("/?bump"));
  const cookie = written.headers.getSetCookie()[0]?.replace(/;.*/, "") ?? "";
  const read = handler(request("/", { headers: { cookie } }));
  assert(read instanceof Response);
  assertEquals([read.status, await read.text()], [200, "1"]);
  assertEquals(read.headers.get("x-content-type-options"), "nosniff");
  for (const [path, status] of [["/?throw", 303], ["/?fail", 422], ["/nowhere", 404]] as const) {
    const response = handler(request(path, { headers: { cookie } }));
    assert(response instanceof Response, path);
    assertEquals([response.status, response.headers.get("x-content-type-options")], [
      status,
      "nosniff",
    ]);
  }
  const later = handler(request("/?bump"));
  assert(later instanceof Promise); // sealing takes its time
  await later;
});

for (const when of ["at once", "later"]) {
  Deno.test(`createHandler() takes what a view throws ${when} for what it is`, async () => {
    const thrown: unknown[] = [redirect("/elsewhere"), new HttpError(422, "Two of them, please")];
    const { handler, errors } = handlerOf((context) => {
      bump(context);
      const error = thrown.shift();
      if (when === "later") return Promise.reject(error);
      throw error;
    });
    const [answered, refused] = [await handler(request()), await handler(request())];
    assertEquals([answered.status, answered.headers.getSetCookie().length], [303, 1]);
    assertEquals([refused.status, refused.headers.getSetCookie().length], [422, 0]);
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
    const store = new WatchedStore();
    const sessions = new Sessions<Values>({ store, renewAfter: 0 });
    const { handler, errors } = handlerOf(bump, { sessions });
    const response = await handler(request(path, { method, headers: { cookie: "session=id-1" } }));
    assertEquals(response.status, status);
    assert(store.untouched);
    assertEquals(response.headers.getSetCookie(), []);
    assertEquals(response.headers.get("vary"), "Accept");
    assertEquals(response.headers.get("allow"), status === 405 ? "GET, HEAD, POST" : null);
    assertEquals(errors, []);
  });
}

Deno.test("createHandler() touches no session on a route that has none", async () => {
  const store = new WatchedStore();
  const route: Route<Values> = {
    method: "GET",
    path: "/assets/:file",
    view: ({ params }) => new Response(params.file, { headers: { "cache-control": "public" } }),
    session: false,
  };
  const sessions = new Sessions<Values>({ store });
  const { handler } = handlerOf(bump, { sessions, routes: [route] });
  const response = await handler(
    request("/assets/a.css", { headers: { cookie: "session=id-1" } }),
  );
  assertEquals(await response.text(), "a.css");
  assertEquals(response.headers.get("cache-control"), "public");
  assertEquals(response.headers.get("vary"), null);
  assert(store.untouched);
});

Deno.test("createHandler() tells a view without a session that it has none", async () => {
  const routes: Route<Values>[] = [{ method: "GET", path: "/", view: bump, session: false }];
  const { handler, errors } = handlerOf(bump, { routes });
  assertEquals((await handler(request())).status, 500);
  assertStringIncludes(
    String(errors[0]),
    "Cannot use the session: the route says that it has none",
  );
});

Deno.test("createHandler() answers HEAD like GET, without the body", async () => {
  const { handler } = handlerOf(bump);
  const response = await handler(request("/", { method: "HEAD" }));
  assertEquals([response.status, await response.text()], [200, ""]);
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(response.headers.getSetCookie().length, 1);
  const missing = await handler(request("/nowhere", { method: "HEAD" }));
  assertEquals([missing.status, await missing.text()], [404, ""]);
});

Deno.test("createHandler() lets go of a body that a HEAD does not need, whatever its source says", async () => {
  let cancelled = false;
  const { handler, errors } = handlerOf(() =>
    new Response(
      new ReadableStream({
        cancel() {
          cancelled = true;
          throw new Error("a source that does not like to be cancelled");
        },
      }),
    )
  );
  const response = await handler(request("/", { method: "HEAD" }));
  await Promise.resolve();
  assertEquals([response.status, cancelled, errors], [200, true, []]);
});

Deno.test("createHandler() keeps the session where a view throws a Response", async () => {
  const { handler, errors } = handlerOf((context) => {
    bump(context);
    throw redirect("/elsewhere");
  });
  const response = await handler(request());
  assertEquals([response.status, response.headers.get("location")], [303, "/elsewhere"]);
  assertEquals(response.headers.getSetCookie().length, 1);
  assertEquals(errors, []);
});

for (
  const [what, thrown, status, reported] of [
    ["an HttpError", new HttpError(422, "Two of them, please"), 422, 0],
    ["an HttpError of the server's", new HttpError(503, "Come back later"), 503, 1],
    ["an Error", new Error("secret detail"), 500, 1],
    ["something else", "secret detail", 500, 1],
    ["a TypeError", new TypeError("secret detail"), 500, 1],
    ["a store's failure", new SessionStoreError("secret detail"), 503, 1],
    [
      "a session that does not fit",
      new SessionSizeError("the store", { bytes: 9, limit: 8, largest: [] }),
      413,
      0,
    ],
  ] as const
) {
  Deno.test(`createHandler() commits nothing of a view that throws ${what}`, async () => {
    const { handler, errors } = handlerOf((context) => {
      bump(context);
      throw thrown;
    });
    const response = await handler(request());
    assertEquals(response.status, status);
    assertEquals(response.headers.getSetCookie(), []);
    assertEquals(response.headers.get("cache-control"), "no-store");
    assertFalse((await response.text()).includes("secret detail"));
    assertEquals(errors, reported === 1 ? [thrown] : []);
  });
}

Deno.test("createHandler() shows what an HttpError says, with its headers", async () => {
  const { handler } = handlerOf(() => {
    throw new HttpError(429, "Slower, please", { headers: { "retry-after": "9" } });
  });
  const response = await handler(request("/", { headers: { accept: "application/json" } }));
  assertEquals(response.headers.get("retry-after"), "9");
  assertEquals((await response.json()).detail, "Slower, please");
});

Deno.test("createHandler() answers 413 to a session that outgrows its cookie, and sends none of it", async () => {
  const { handler, errors } = handlerOf(({ session, request }) => {
    session.set("item", "x".repeat(Number(request.headers.get("x-size"))));
    return html("done");
  });
  for (const size of ["5000", "500000"]) {
    const response = await handler(request("/", { headers: { "x-size": size } }));
    assertEquals([response.status, response.headers.getSetCookie()], [413, []]);
    assertStringIncludes(await response.text(), "the largest values are item (");
  }
  assertEquals(errors, []);
});

for (const when of ["load at once", "load later", "save"]) {
  Deno.test(`createHandler() answers 503 when the store is down, not with a new session: ${when}`, async () => {
    const failure = new SessionStoreError("Cannot reach the store: 10.0.0.7 is unplugged");
    // Only this one call fails: what would be made of it is not hidden by the failure of the next.
    const store = new VersionedStore();
    if (when === "save") store.beforeSave = () => Promise.reject(failure);
    const asked: SessionStore = when === "save" ? store : Object.assign(store, {
      load() {
        if (when === "load later") return Promise.reject(failure);
        throw failure;
      },
    });
    let runs = 0;
    const { handler, errors } = handlerOf((context) => {
      runs++;
      return bump(context);
    }, { sessions: new Sessions<Values>({ store: asked }) });
    const response = await handler(request("/", { headers: { cookie: "session=id-1" } }));
    assertEquals([response.status, response.headers.get("retry-after")], [503, "2"]);
    assertEquals(response.headers.getSetCookie(), []);
    assertFalse((await response.text()).includes("10.0.0.7"));
    assertEquals(errors, [failure]);
    assertEquals(store.writes, []);
    assertEquals(runs, when === "save" ? 1 : 0); // no view runs on a session that is not the visitor's
  });
}

for (const fault of ["fails", "throws", "hangs"] as const) {
  Deno.test(`createHandler() answers 503 when a database ${fault}, and goes on when it is back`, async () => {
    const kept = new Map<string, StoredValue>();
    let broken: "read" | "write" | null = null;
    let versions = 0;
    /** Answers, unless this is what does not work at the moment. */
    const answer = <T>(what: "read" | "write", give: () => T): Promise<T> => {
      if (broken !== what) return Promise.resolve(give());
      if (fault === "throws") throw new Error("unplugged");
      return fault === "fails" ? Promise.reject(new Error("unplugged")) : new Promise(() => {});
    };
    const store = new ServerStore({
      name: "test",
      limit: null,
      read: (key) => answer("read", () => kept.get(key) ?? null),
      write: (entries) =>
        answer("write", () => {
          const isFree = entries.every(({ key, version }) =>
            (kept.get(key)?.version ?? null) === version
          );
          for (const { key, value } of isFree ? entries : []) {
            if (value === null) kept.delete(key);
            else kept.set(key, { value, version: ++versions });
          }
          return isFree;
        }),
      ping: () => answer("read", () => {}),
    }, { timeout: 20 });
    const { handler } = handlerOf(bump, { sessions: new Sessions<Values>({ store }) });
    const first = await handler(request());
    const cookie = first.headers.getSetCookie()[0]?.replace(/;.*/, "") ?? "";
    for (broken of ["read", "write"] as const) {
      const response = await handler(request("/", { headers: { cookie } }));
      assertEquals([response.status, response.headers.getSetCookie()], [503, []], broken);
      assertFalse((await response.text()).includes("unplugged"));
    }
    broken = null;
    const again = await handler(request("/", { headers: { cookie } }));
    assertEquals([again.status, await again.text()], [200, "2"]);
    assertEquals(kept.size, 1);
  });
}

Deno.test("createHandler() answers 500 when a store breaks its contract", async () => {
  const store: SessionStore = new VersionedStore();
  store.load = () => Promise.reject(new TypeError("a bug"));
  const { handler, errors } = handlerOf(bump, { sessions: new Sessions<Values>({ store }) });
  const response = await handler(request("/", { headers: { cookie: "session=id-1" } }));
  assertEquals([response.status, errors.length], [500, 1]);
});

Deno.test("createHandler() refuses what another site sends, before anything else", async () => {
  const store = new WatchedStore();
  const sessions = new Sessions<Values>({ store });
  let runs = 0;
  const view = () => html(String(++runs));
  const unsafe = ["POST", "PUT", "PATCH", "DELETE"];
  const routes = ["GET", ...unsafe].map((method) => ({ method, path: "/", view }));
  const { handler, errors } = handlerOf(view, { sessions, routes });
  const headers = { "sec-fetch-site": "cross-site", "cookie": "session=id-1" };
  const foreign: Record<string, string>[] = [
    headers,
    { "sec-fetch-site": "same-site", origin: "https://other.shop.example" },
    { "sec-fetch-site": "cross-site", origin: ORIGIN },
    { origin: "https://evil.example" },
    { origin: "null" },
    // What a form of another site can send without asking first (CORS): no type is an exception.
    { origin: "https://evil.example", "content-type": "text/plain" },
    { origin: "https://evil.example", "content-type": "multipart/form-data; boundary=x" },
    { origin: "https://evil.example", "content-type": "application/json" },
  ];
  for (const method of unsafe) {
    for (const headers of foreign) {
      assertEquals((await handler(request("/", { method, headers, body: "a=1" }))).status, 403);
    }
  }
  assertEquals([runs, store.untouched, errors], [0, true, []]);
  assertEquals((await handler(post({}, { "sec-fetch-site": "same-origin" }))).status, 200);
  assertEquals((await handler(request("/", { headers }))).status, 200);
});

Deno.test("createHandler() lets trusted origins in", async () => {
  const { handler } = handlerOf(bump, { trustedOrigins: ["https://pay.example:8443"] });
  const from = async (origin: string) => (await handler(post({}, { origin }))).status;
  assertEquals(await from("https://pay.example:8443"), 200);
  assertEquals(await from("https://pay.example"), 403);
});

Deno.test("createHandler() asks for the session's token where the application wants that", async () => {
  const view: View<Values> = ({ session }) => html(csrfToken(session));
  const { handler, errors } = handlerOf(view, { csrf: true });
  const page = await handler(request());
  const cookie = page.headers.getSetCookie()[0]?.replace(/;.*/, "") ?? "";
  const token = await page.text();
  const status = async (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    (await handler(post(fields, { cookie, ...headers }))).status;
  assertEquals(await status({}), 403);
  assertEquals(await status({ csrf_token: token }), 200);
  assertEquals(await status({}, { "x-csrf-token": token }), 200);
  assertEquals(await status({ csrf_token: token }, { "x-csrf-token": "wrong" }), 403);
  assertEquals(await status({ csrf_token: `${token}A` }), 403);
  assertEquals(await status({ csrf_token: "ünïcödé" }), 403);
  assertEquals((await handler(post({ csrf_token: token }))).status, 403);
  assertEquals(errors, []);
});

/** A form that counts what was taken of it, sent as a stream. */
function counted(body: string, headers: HeadersInit) {
  const taken = { chunks: 0 };
  const bytes = new TextEncoder().encode(body);
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = bytes.subarray(taken.chunks * 1024, ++taken.chunks * 1024);
      if (chunk.length > 0) controller.enqueue(chunk);
      else controller.close();
    },
  }, { highWaterMark: 0 });
  const sent = request("/", { method: "POST", body: stream, headers });
  sent.headers.set("content-type", "application/x-www-form-urlencoded");
  return { sent, taken };
}

Deno.test("createHandler() reads no body where the session can accept no token", async () => {
  const runs: string[] = [];
  const view: View<Values> = ({ session, request: { method } }) => {
    runs.push(method);
    if (method === "GET") session.set("name", "no token was asked for");
    return html("");
  };
  const { handler, errors } = handlerOf(view, { csrf: true });
  const page = await handler(request());
  const cookie = page.headers.getSetCookie()[0]?.replace(/;.*/, "") ?? "";
  const body = `csrf_token=${"A".repeat(86)}&${"a&".repeat(10_000)}`;
  const token = { "x-csrf-token": "A".repeat(86) };
  const sets: HeadersInit[] = [{}, { cookie }, token, { cookie, ...token }];
  for (const headers of sets) {
    const { sent, taken } = counted(body, headers);
    const response = await handler(sent);
    assertEquals([response.status, taken.chunks, sent.bodyUsed], [403, 0, false]);
    assertEquals(response.headers.getSetCookie(), []);
  }
  assertEquals([runs, errors], [["GET"], []]);
});

Deno.test("createHandler() reads no body where the header has a wrong token", async () => {
  const { handler } = handlerOf(({ session }) => html(csrfToken(session)), { csrf: true });
  const page = await handler(request());
  const cookie = page.headers.getSetCookie()[0]?.replace(/;.*/, "") ?? "";
  const token = await page.text();
  const body = `csrf_token=${token}&${"a&".repeat(10_000)}`;
  for (const wrong of ["", "A".repeat(86), token.slice(1)]) {
    const { sent, taken } = counted(body, { cookie, "x-csrf-token": wrong });
    assertEquals([(await handler(sent)).status, taken.chunks], [403, 0]);
  }
});

Deno.test("createHandler() reads the body where the session has a secret", async () => {
  const { handler } = handlerOf(({ session }) => html(csrfToken(session)), { csrf: true });
  const page = await handler(request());
  const cookie = page.headers.getSetCookie()[0]?.replace(/;.*/, "") ?? "";
  const { sent, taken } = counted(`csrf_token=${await page.text()}`, { cookie });
  assertEquals([(await handler(sent)).status, taken.chunks], [200, 2]);
});

Deno.test("createHandler() leaves the body to the view where the header has the token", async () => {
  const view: View<Values> = async ({ session, request }) =>
    request.method === "GET"
      ? html(csrfToken(session))
      : Response.json((await request.json()).item);
  const { handler } = handlerOf(view, { csrf: true });
  const page = await handler(request());
  const cookie = page.headers.getSetCookie()[0]?.replace(/;.*/, "") ?? "";
  const headers = { cookie, "x-csrf-token": await page.text(), "content-type": "application/json" };
  const body = JSON.stringify({ item: "tea" });
  const response = await handler(request("/", { method: "POST", headers, body }));
  assertEquals(await response.json(), "tea");
});

Deno.test("createHandler() takes no token from the URL, nor a file for one", async () => {
  const view: View<Values> = ({ session }) => html(csrfToken(session));
  const { handler } = handlerOf(view, { csrf: true });
  const page = await handler(request());
  const cookie = page.headers.getSetCookie()[0]?.replace(/;.*/, "") ?? "";
  const token = await page.text();
  const inUrl = request(`/?csrf_token=${token}`, { method: "POST", headers: { cookie } });
  assertEquals((await handler(inUrl)).status, 403);
  const body = new FormData();
  body.set("csrf_token", new File([token], "token.txt"));
  assertEquals(
    (await handler(request("/", { method: "POST", headers: { cookie }, body }))).status,
    403,
  );
});

Deno.test("createHandler() lets a route decide about the token", async () => {
  const routes = (csrf: boolean): Route<Values>[] => [
    { method: "POST", path: "/", view: () => html("done"), csrf },
  ];
  const asking = handlerOf(bump, { csrf: false, routes: routes(true) });
  assertEquals((await asking.handler(post())).status, 403);
  const open = handlerOf(bump, { csrf: true, routes: routes(false) });
  assertEquals((await open.handler(post())).status, 200);
});

Deno.test("createHandler() reads a form once for the guard and the view", async () => {
  const view: View<Values> = async (context) => {
    const form = context.request.method === "POST" ? await context.form() : null;
    return html(`${form?.get("item") ?? ""} ${csrfToken(context.session)}`);
  };
  const { handler } = handlerOf(view, { csrf: true });
  const page = await handler(request());
  const cookie = page.headers.getSetCookie()[0]?.replace(/;.*/, "") ?? "";
  const token = (await page.text()).trim();
  const response = await handler(post({ item: "tea", csrf_token: token }, { cookie }));
  assertMatch(await response.text(), /^tea /);
});

Deno.test("createHandler() answers 413, 415 and 400 to forms that are none", async () => {
  const { handler, errors } = handlerOf(
    async (context) => html(String((await context.form()).get("a"))),
    { maxBodySize: 10 },
  );
  const send = async (body: BodyInit, type: string) => {
    const headers = { "content-type": type };
    return (await handler(request("/", { method: "POST", body, headers }))).status;
  };
  const form = "application/x-www-form-urlencoded";
  assertEquals(await send("a=1", form), 200);
  assertEquals(await send("a=123456789", form), 413);
  for (
    const type of ["application/json", "text/plain", "text/plain;charset=UTF-8", "text/html", ""]
  ) {
    assertEquals(await send("a=1", type), 415, type);
  }
  assertEquals(await send("--x", "multipart/form-data; boundary=x"), 400);
  assertEquals(errors, []);
});

Deno.test("createHandler() answers 413 to more fields than maxFields, for the guard too", async () => {
  const view: View<Values> = async ({ session, request: { method }, form }) =>
    html(method === "GET" ? csrfToken(session) : String([...await form()].length));
  for (const csrf of [false, true]) {
    const { handler, errors } = handlerOf(view, { csrf, maxFields: 3 });
    const page = await handler(request());
    const cookie = page.headers.getSetCookie()[0]?.replace(/;.*/, "") ?? "";
    const fields = { csrf_token: await page.text(), a: "1", b: "2" };
    assertEquals(await (await handler(post(fields, { cookie }))).text(), "3");
    const refused = await handler(post({ ...fields, c: "3" }, { cookie }));
    assertEquals(refused.status, 413);
    assertStringIncludes(await refused.text(), "The form has 4 fields: at most 3 are allowed");
    assertEquals(errors, []);
  }
});

Deno.test.each([-1, 0.5, NaN, Infinity])("createHandler() refuses the limit %d", (limit) => {
  const message = `${limit} %: a whole number is needed`;
  const make = (options: Partial<HandlerOptions<Values>>) => () => handlerOf(bump, options);
  assertThrows(make({ maxFields: limit }), RangeError, message.replace("%", "fields"));
  assertThrows(make({ maxBodySize: limit }), RangeError, message.replace("%", "bytes"));
});

Deno.test("createHandler() puts security headers on every response", async () => {
  const { handler } = handlerOf(bump);
  for (const path of ["/", "/nowhere"]) {
    const { headers } = await handler(request(path));
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assertStringIncludes(headers.get("content-security-policy") ?? "", "frame-ancestors 'none'");
  }
});

Deno.test("createHandler() renders errors as the application wants, as JSON for programs", async () => {
  const { handler } = handlerOf(bump, { errorPage: ({ status, title }) => `${status} ${title}!` });
  assertEquals(await (await handler(request("/nowhere"))).text(), "404 Not Found!");
  const program = await handler(request("/nowhere", { headers: { accept: "application/json" } }));
  assertEquals(program.headers.get("content-type"), "application/problem+json");
  assertEquals((await program.json()).status, 404);
});

Deno.test("createHandler() falls back on its own error page where the application's fails", async () => {
  const broken = new Error("the error page has an error");
  const { handler, errors } = handlerOf(bump, {
    errorPage() {
      throw broken;
    },
  });
  const response = await handler(request("/nowhere"));
  assertEquals(response.status, 500);
  assertStringIncludes(await response.text(), "<h1>Internal Server Error</h1>");
  assertEquals(errors, [broken]);
});

Deno.test("createHandler() reports a view that answers with nothing", async () => {
  let runs = 0;
  const forgetful = (() => void runs++) as unknown as View<Values>;
  const { handler, errors } = handlerOf(forgetful);
  assertEquals((await handler(request())).status, 500);
  assertStringIncludes(String(errors[0]), "Cannot answer the request: its view gave no Response");
  assertEquals([runs, errors.length], [1, 1]);
});

Deno.test("createHandler() passes on a response that cannot be copied, also to a HEAD", async () => {
  const { handler, errors } = handlerOf(() => Response.error());
  assertEquals((await handler(request())).type, "error");
  assertEquals((await handler(request("/", { method: "HEAD" }))).type, "error");
  assertEquals(errors, []);
});

for (const [session, csrf, refused] of [[false, true, true], [false, undefined, false]] as const) {
  Deno.test(`createHandler() ${refused ? "refuses" : "takes"} a route with session: ${session} and csrf: ${csrf}`, async () => {
    const route: Route<Values> = {
      method: "POST",
      path: "/",
      view: () => html("done"),
      session,
      csrf,
    };
    const make = () => handlerOf(bump, { csrf: true, routes: [route] }).handler;
    if (refused) assertThrows(make, RangeError, "Cannot use the route POST /: csrf: true needs");
    else assertEquals((await make()(post())).status, 200);
  });
}

Deno.test("createHandler() refuses a table with the same route twice", () => {
  const route: Route<Values> = { method: "GET", path: "/", view: bump };
  let message = "";
  try {
    handlerOf(bump, { routes: [route, route] });
  } catch (error) {
    message = String(error);
  }
  assertStringIncludes(message, "it is in the table already");
});
