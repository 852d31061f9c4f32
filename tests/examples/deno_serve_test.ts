import { generateSecret } from "@satchel/satchel";
import { assertEquals } from "@std/assert";
import { type Launch, Served } from "../runtimes/served.ts";
import { Browser } from "../support/browser.ts";
import { testWith } from "../support/has.ts";

const test = testWith("run");

/** How to start an example. */
function launch(name: string, ...args: string[]): Launch {
  const path = decodeURIComponent(new URL(name, import.meta.url).pathname);
  return {
    program: Deno.execPath(),
    args: [...args, "--no-prompt", "--allow-env=PORT,SESSION_SECRETS", path],
    environment: { PORT: "0", SESSION_SECRETS: generateSecret(), DENO_JOBS: "3" },
  };
}

test("deno_serve counts on after a restart", async () => {
  const example = launch("deno_serve.ts", "run", "--allow-net=127.0.0.1");
  const first = await Served.start(example);
  const visitor = new Browser(first.origin);
  assertEquals((await visitor.get("/")).text, "Count: 1");
  assertEquals((await visitor.get("/")).text, "Count: 2");
  await first[Symbol.asyncDispose]();

  await using second = await Served.start(example);
  assertEquals((await new Browser(second.origin, { jar: visitor.jar }).get("/")).text, "Count: 3");
});

test("deno_serve_parallel counts whichever thread answers", async () => {
  const example = launch(
    "deno_serve_parallel.ts",
    ...["serve", "--parallel", "--host=127.0.0.1", "--port=0"],
  );
  await using server = await Served.start(example);
  const visitor = new Browser(server.origin);
  for (let count = 1; count <= 20; count++) {
    // A connection of its own for each request, so that they meet different threads.
    const { text } = await visitor.get("/", { headers: { connection: "close" } });
    assertEquals(text, `Count: ${count}`);
  }
});
