/** WebSockets over a real server: which pages may open one in the visitor's name. */
import { assertEquals } from "@std/assert";
import { CookieStore, generateSecret, Sessions, type SessionView } from "../../src/session/mod.ts";
import { createHandler, csrfToken, html, type Route } from "../../src/web/mod.ts";
import { MemoryStore } from "../../src/stores/memory.ts";

interface Values {
  name: string;
  transfers: number;
}

/** A server on a free port that signs in and transfers by WebSocket, with `csrf: true`. */
function bank() {
  const transfers: string[] = [];
  let upgrades = 0;
  const routes: Route<Values>[] = [
    {
      method: "GET",
      path: "/sign-in",
      view: ({ session }) => {
        session.set("name", "Ada");
        return html(csrfToken(session));
      },
    },
    {
      method: "GET",
      path: "/transfers",
      view: ({ session, request }) => {
        const name = session.get("name") ?? "nobody";
        upgrades++;
        const { socket, response } = Deno.upgradeWebSocket(request);
        socket.onmessage = ({ data }) => {
          transfers.push(`${name}: ${data}`);
          socket.send("done");
        };
        return response;
      },
    },
  ];
  const sessions = new Sessions<Values>({
    store: new CookieStore({ secrets: [generateSecret()] }),
  });
  const handler = createHandler<Values>({
    routes,
    sessions,
    csrf: true,
    trustedOrigins: ["https://pay.example"],
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  return { transfers, upgrades: () => upgrades, server, host: `127.0.0.1:${server.addr.port}` };
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

Deno.test("createHandler() opens a WebSocket for pages of this and of trusted origins alone", async () => {
  const { server, host, transfers, upgrades } = bank();
  try {
    const page = await fetch(`http://${host}/sign-in`);
    await page.body?.cancel();
    const cookie = page.headers.getSetCookie()[0]?.replace(/;.*/, "") ?? "";
    for (
      const [origin, site, answer] of [
        [`http://${host}`, undefined, "done"],
        [`http://${host}`, "same-origin", "done"],
        ["https://pay.example", "cross-site", "done"],
        [undefined, undefined, "done"], // no browser
        ["http://127.0.0.1:1", undefined, "refused"], // the same site
        ["http://127.0.0.1:1", "same-site", "refused"],
        ["https://evil.example", undefined, "refused"],
        ["https://evil.example", "cross-site", "refused"],
        ["null", "cross-site", "refused"],
      ] as const
    ) {
      transfers.length = 0;
      const before = upgrades();
      const headers: Record<string, string> = { cookie };
      if (origin !== undefined) headers.origin = origin;
      if (site !== undefined) headers["sec-fetch-site"] = site;
      assertEquals(await transfer(host, headers), answer, `${origin} ${site}`);
      assertEquals(transfers, answer === "done" ? ["Ada: 100 to Eve"] : [], `${origin} ${site}`);
      assertEquals(upgrades() - before, answer === "done" ? 1 : 0);
    }
  } finally {
    await server.shutdown();
  }
});

Deno.test("Sessions.handle() runs the view of an upgrade once, also where another request was faster", async () => {
  const sessions = new Sessions<Values>({ store: new MemoryStore() });
  const visit = (headers: HeadersInit, view: SessionView<Values>) =>
    sessions.handle(new Request("http://shop.example/", { headers }), view);
  const first = await visit({}, (session) => {
    session.set("transfers", 1);
    return new Response();
  });
  const cookie = first.headers.getSetCookie()[0]?.replace(/;.*/, "") ?? "";
  const add: SessionView<Values> = (session) => {
    session.update("transfers", (count = 0) => count + 1);
    return new Response();
  };
  for (const [upgrade, runsExpected] of [["websocket", 1], ["", 2]] as const) {
    let runs = 0;
    await visit({ cookie, upgrade }, async (session) => {
      if (++runs === 1) await visit({ cookie }, add);
      return add(session);
    });
    assertEquals(runs, runsExpected, upgrade);
  }
  const last = await visit({ cookie }, (session) => new Response(`${session.get("transfers")}`));
  assertEquals(await last.text(), "5");
});
