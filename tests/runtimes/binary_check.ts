/** The compiled server, where the runtime that goes into it can be had. */
import { assertEquals } from "@std/assert";
import { compileServer } from "../compile/compile.ts";
import { countIn } from "../support/browser.ts";
import { pathOf } from "./folder.ts";
import { visitorOf } from "./http_checks.ts";
import { Served } from "./served.ts";

/**
 * Compiles the server, starts it in an empty folder, visits its pages, and starts it again.
 *
 * @returns Why nothing could be checked; null if all is well.
 */
export async function checkBinary(): Promise<string | null> {
  const program = pathOf("satchel");
  const { status, message } = await compileServer(program);
  if (status === 3) return message;
  assertEquals(status, 0, message);

  const folder = pathOf("empty");
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder);
  const launch = { program, args: [], folder, environment: { PORT: "0" } };
  const first = await Served.start(launch);
  const visitor = visitorOf(first.origin);
  for (const path of ["/howdy", "/cart", "/session", "/sign-in", "/healthz"]) {
    assertEquals((await visitor.get(path)).status, 200, path);
  }
  assertEquals(countIn(await visitor.get("/")), 2);
  await first[Symbol.asyncDispose]();
  assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), [".session-secret"]);

  await using second = await Served.start(launch);
  assertEquals(countIn(await visitorOf(second.origin, visitor.jar).get("/")), 3);
  return null;
}
