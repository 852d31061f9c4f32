import { assertEquals, assertRejects } from "@std/assert";
import { logged } from "../../src/server/request_log.ts";

/** A clock that goes on by 1.26 ms whenever it is read. */
function clock(): () => number {
  let time = 0;
  return () => time += 1.26;
}

async function lineOf(request: Request, format: "text" | "json", status = 200): Promise<string> {
  const lines: string[] = [];
  const handler = logged(() => new Response(null, { status }), (line) => lines.push(line), {
    format,
    now: clock(),
  });
  await handler(request);
  assertEquals(lines.length, 1);
  return lines.join();
}

Deno.test("logged() writes method, path, status and milliseconds", async () => {
  assertEquals(await lineOf(new Request("http://x/howdy"), "text"), "GET /howdy 200 1.3 ms");
});

Deno.test("logged() writes JSON", async () => {
  const request = new Request("http://x/cart", { method: "POST" });
  assertEquals(JSON.parse(await lineOf(request, "json", 303)), {
    method: "POST",
    path: "/cart",
    status: 303,
    ms: 1.3,
  });
});

Deno.test("logged() writes no query string and no cookie", async () => {
  const request = new Request("http://x/?token=hush", { headers: { cookie: "session=hush" } });
  assertEquals(await lineOf(request, "text"), "GET / 200 1.3 ms");
  assertEquals((await lineOf(request, "json")).includes("hush"), false);
});

Deno.test("logged() writes one line whatever the path holds", async () => {
  const request = { method: "GET", url: "http://x/a\nGET /forged\x1b[2J" } as Request;
  assertEquals(await lineOf(request, "text"), "GET /a\\u{a}GET /forged\\u{1b}[2J 200 1.3 ms");
  assertEquals((await lineOf(request, "json")).includes("\n"), false);
});

Deno.test("logged() returns the handler's response itself", async () => {
  const response = new Response("hello");
  const handler = logged(() => Promise.resolve(response), () => {}, { format: "text" });
  assertEquals(await handler(new Request("http://x/")) === response, true);
});

Deno.test("logged() measures with a real clock unless given one", async () => {
  const lines: string[] = [];
  const handler = logged(() => new Response(), (line) => lines.push(line), { format: "json" });
  await handler(new Request("http://x/"));
  const { ms } = JSON.parse(lines.join());
  assertEquals(ms >= 0 && ms < 1000, true);
});

Deno.test("logged() logs a handler that throws as 500 and lets the error through", async () => {
  const lines: string[] = [];
  const handler = logged(() => Promise.reject(new Error("boom")), (line) => lines.push(line), {
    format: "text",
    now: clock(),
  });
  await assertRejects(async () => await handler(new Request("http://x/")), Error, "boom");
  assertEquals(lines, ["GET / 500 1.3 ms"]);
});
