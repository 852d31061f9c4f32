import { generateSecret } from "@satchel/satchel";
import { assertEquals } from "@std/assert";
import { Served } from "../runtimes/served.ts";
import { visitorOf } from "../runtimes/http_checks.ts";

const path = decodeURIComponent(new URL("deno_serve.ts", import.meta.url).pathname);

Deno.test("deno_serve counts on after a restart", async () => {
  const launch = {
    program: Deno.execPath(),
    args: ["run", "--no-prompt", "--allow-net=127.0.0.1", "--allow-env", path],
    environment: { PORT: "0", SESSION_SECRETS: generateSecret() },
  };
  const first = await Served.start(launch);
  const visitor = visitorOf(first.origin);
  assertEquals((await visitor.get("/")).text, "Count: 1");
  assertEquals((await visitor.get("/")).text, "Count: 2");
  await first[Symbol.asyncDispose]();

  await using second = await Served.start(launch);
  assertEquals((await visitorOf(second.origin, visitor.jar).get("/")).text, "Count: 3");
});
