/** WebSockets over a real server: which pages may open one in the visitor's name. */
import { assertEquals } from "@std/assert";
import type { Session } from "../../src/session/mod.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import { csrfToken, html, type Route } from "../../src/web/mod.ts";
import { Browser, Visitor } from "../support/browser.ts";
import { sessionsIn } from "../support/sessions.ts";
import { appOf, ORIGIN, request, type Values } from "./app.ts";
import { testWith } from "../support/has.ts";

const test = testWith("net");

/** A server that signs in and transfers by WebSocket, with `csrf: true`. */
function bank() {
  const transfers: string[] = [];
  const upgrades: Request[] = [];
  const routes: Route<Values>[] = [{
    method: "GET",
    path: "/sign-in",
    view: ({ session }) => html(csrfToken(session.set("name", "Ada"))),
  }, {
    method: "GET",
    path: "/transfers",
    view: ({ session, request }) => {
      const name = session.get("name") ?? "nobody";
      upgrades.push(request);
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }) => {
        transfers.push(`${name}: ${data}`);
        socket.send("done");
      };
      return response;
    },
  }];
  const trustedOrigins = ["https://pay.example"];
  const { handler } = appOf(() => html(""), { routes, csrf: true, trustedOrigins });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  return { transfers, upgrades, server };
}

/** Opens a WebSocket as a page of an origin would and sends a message; returns the answer. */
async function transfer(host: string, headers: Record<string, string>): Promise<string> {
  // Not every package's types know that this constructor takes headers.
  const socket: WebSocket = Reflect.construct(WebSocket, [`ws://${host}/transfers`, { headers }]);
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.onopen = () => socket.send("100 to Eve");
  socket.onmessage = ({ data }) => {
    resolve(data);
    socket.close();
  };
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.onerror = () => resolve("refused");
  const answer = await promise;
  await closed;
  return answer;
}

test("createHandler() opens a WebSocket for pages of this and of trusted origins alone", async () => {
  const { transfers, upgrades, server } = bank();
  await using _ = server;
  const host = `127.0.0.1:${server.addr.port}`;
  const browser = new Browser(`http://${host}`);
  await browser.get("/sign-in");
  const cookie = browser.jar.header(`http://${host}/`) ?? "";
  for (
    const [origin, site, answer] of [
      [`http://${host}`, undefined, "done"],
      [`http://${host}`, "same-origin", "done"],
      ["https://pay.example", "cross-site", "done"],
      [undefined, undefined, "done"], // not a browser
      ["http://127.0.0.1:1", undefined, "refused"], // the same site
      ["http://127.0.0.1:1", "same-site", "refused"],
      ["https://evil.example", undefined, "refused"],
      ["https://evil.example", "cross-site", "refused"],
      ["null", "cross-site", "refused"],
    ] as const
  ) {
    transfers.length = upgrades.length = 0;
    const headers: Record<string, string> = { cookie };
    if (origin !== undefined) headers.origin = origin;
    if (site !== undefined) headers["sec-fetch-site"] = site;
    const hint = `${origin} ${site}`;
    assertEquals(await transfer(host, headers), answer, hint);
    assertEquals(transfers, answer === "done" ? ["Ada: 100 to Eve"] : [], hint);
    assertEquals(upgrades.length, answer === "done" ? 1 : 0, hint);
  }
});

test("Sessions.load() opens the session again with every message of a WebSocket", async () => {
  const sessions = sessionsIn(new MemoryStore());
  const count = (session: Session<Values>) =>
    session.update("count", (count) => Number(count ?? 0) + 1);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    if (!request.headers.has("upgrade")) {
      return sessions.handle(request, (session) => Response.json(count(session).get("count")));
    }
    const headers = new Headers(request.headers);
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = async () => {
      const session = await sessions.load({ headers });
      count(session);
      await sessions.save(session);
      socket.send(`${session.get("count")}`);
    };
    return response;
  });
  await using _ = server;
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const browser = new Browser(origin);
  const visit = async () => await (await browser.fetch("/")).json();
  assertEquals(await visit(), 1);
  const headers = { cookie: browser.jar.header(origin) };
  const socket: WebSocket = Reflect.construct(WebSocket, [origin.replace("http", "ws"), {
    headers,
  }]);
  const answer = async (): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    socket.onmessage = ({ data }) => resolve(data);
    socket.send("");
    return await promise;
  };
  await new Promise((resolve) => socket.onopen = resolve);
  assertEquals(await answer(), "2");
  assertEquals(await visit(), 3);
  assertEquals(await answer(), "4");
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
  assertEquals(await visit(), 5);
});

Deno.test("createHandler() saves a session, or tells of an error, after an upgrade took the headers away", async () => {
  const view: Route<Values>["view"] = ({ session, request }) => {
    session.update("transfers", (count) => Number(count ?? 0) + 1).setOwner("ada").flash("Welcome");
    Object.defineProperty(request, "headers", {
      get: () => {
        throw new TypeError("Request closed");
      },
    });
    session.takeFlash();
    if (request.url.endsWith("?fail")) throw new RangeError("after the upgrade");
    return html("");
  };
  const { handler, errors, browser } = appOf(view, { sessions: sessionsIn(new MemoryStore()) });
  for (const [query, status] of [["", 200], ["?fail", 500], ["", 200]] as const) {
    const headers = new Headers({ upgrade: "websocket" });
    headers.set("cookie", browser.jar.header(ORIGIN) ?? "");
    const response = await handler(request(`/${query}`, { headers }));
    assertEquals(response.status, status);
    browser.jar.store(ORIGIN, response);
  }
  assertEquals(errors.map(String), ["RangeError: after the upgrade"]);
});

Deno.test("Sessions.handle() runs the view of an upgrade once, also where another request was faster", async () => {
  const visitor = new Visitor(sessionsIn(new MemoryStore()));
  const add = (session: Session<Values>) => {
    session.update("transfers", (count) => Number(count ?? 0) + 1);
  };
  await visitor.visit(add);
  for (const [upgrade, expected] of [["websocket", 1], ["", 2]] as const) {
    let runs = 0;
    await visitor.visit(async (session) => {
      if (++runs === 1) await visitor.visit(add);
      add(session);
    }, { headers: { upgrade } });
    assertEquals(runs, expected, upgrade);
  }
  assertEquals(await visitor.read((session) => session.get("transfers")), 5);
});
