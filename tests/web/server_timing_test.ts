import { assertEquals, assertMatch } from "@std/assert";
import { createHandler, html } from "../../src/web/mod.ts";
import { cookieSessions } from "../session/visitor.ts";
import { ServerTiming } from "../../src/web/server_timing.ts";

Deno.test("ServerTiming.tell() tells the steps in order, with milliseconds", () => {
  const timing = new ServerTiming();
  timing.mark("load");
  timing.mark("view");
  const { headers } = timing.tell(new Response());
  assertMatch(headers.get("server-timing") ?? "", /^load;dur=\d+\.\d\d, view;dur=\d+\.\d\d$/);
});

Deno.test("ServerTiming.tell() keeps what the view tells", () => {
  const timing = new ServerTiming();
  timing.mark("view");
  const response = new Response(null, { headers: { "server-timing": "db;dur=1" } });
  const metrics = timing.tell(response).headers.get("server-timing")?.split(", ");
  assertEquals([metrics?.length, metrics?.[0]], [2, "db;dur=1"]);
});

Deno.test("ServerTiming.mark() counts each step by itself", async () => {
  const timing = new ServerTiming();
  await new Promise((resolve) => setTimeout(resolve, 20));
  timing.mark("slow");
  timing.mark("fast");
  const text = timing.tell(new Response()).headers.get("server-timing") ?? "";
  const [slow = 0, fast = 0] = Array.from(
    text.matchAll(/dur=([\d.]+)/g),
    (match) => Number(match[1]),
  );
  assertEquals([slow >= 15, fast < slow], [true, true]);
});

Deno.test("createHandler() measures its steps where that is wanted", async () => {
  for (const serverTiming of [true, false]) {
    const handler = createHandler({
      sessions: cookieSessions(),
      serverTiming,
      routes: [{
        method: "GET",
        path: "/",
        view: ({ session }) => html(`${session.set("a", 1).size}`),
      }],
    });
    const { headers } = await handler(new Request("http://shop.example/"));
    const steps = headers.get("server-timing")?.replaceAll(/[\d.]+/g, "N") ?? null;
    assertEquals(steps, serverTiming ? "load;dur=N, view;dur=N, commit;dur=N" : null);
  }
});
