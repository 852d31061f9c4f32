import { assertEquals, assertMatch } from "@std/assert";
import { ServerTiming } from "../../src/session/server_timing.ts";

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
