/** The tutorial's own four tests, by their names: two views called directly, two over HTTP. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { homeView } from "../views/home.tsx";
import { howdyView } from "../views/howdy.tsx";
import { call } from "./views/call.ts";
import { testWith } from "./support/has.ts";
import { site } from "./support/site.ts";

const test = testWith("net");

Deno.test("test_home_view: the view greets and counts", async () => {
  const { response, session } = await call(homeView);
  assertEquals(response.status, 200);
  assertStringIncludes(await response.text(), "<h1>Hi Home View</h1>");
  assertEquals(session.get("counter"), 1);
});

Deno.test("test_hello_view: the view greets and counts", async () => {
  const { response, session } = await call(howdyView);
  assertEquals(response.status, 200);
  assertStringIncludes(await response.text(), "<h1>Hi Hello View</h1>");
  assertEquals(session.get("counter"), 1);
});

async function get(path: string): Promise<string> {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    site().handler,
  );
  const response = await fetch(`http://127.0.0.1:${server.addr.port}${path}`);
  assertEquals(response.status, 200);
  return await response.text();
}

test("test_home: GET / over HTTP", async () => {
  assertStringIncludes(await get("/"), "<h1>Hi Home View</h1>");
});

test("test_hello: GET /howdy over HTTP", async () => {
  assertStringIncludes(await get("/howdy"), "<h1>Hi Hello View</h1>");
});
