import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runMain, ServerProcess } from "../server/server_process.ts";
import { Browser, countIn } from "../support/browser.ts";
import { testWith } from "../support/has.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { RedisCluster } from "./redis_cluster.ts";
import { RedisServer } from "./redis_server.ts";
import { pause } from "./sample.ts";

const test = testWith("run");
const testRedis = testWith("redis-server");

/** What visitors with accounts do, with a restart in between. */
async function visit(environment: Record<string, string>, folder: string): Promise<void> {
  const server = await ServerProcess.start({ folder, environment });
  const visitors = [1, 2, 3].map(() => new Browser(server.origin));
  const [desk, phone, stranger] = visitors as [Browser, Browser, Browser];
  for (const [at, path] of ["/", "/howdy"].entries()) {
    assertEquals(countIn(await desk.get(path)), at + 1);
  }
  const first = desk.cookie("session");
  assertMatch(first, /^[\w-]{48}$/);
  await desk.submit("/sign-in", "/sign-in", { name: "Ann" });
  assert(desk.cookie("session") !== first);
  assertEquals(countIn(await desk.get("/")), 3);
  const { text } = await phone.submit("/sign-in", "/sign-in", { name: "Ann" });
  assertEquals(text.match(/>begun /g)?.length, 2);
  assertEquals(text.match(/this one/g)?.length, 1);
  assert(!text.includes(desk.cookie("session").slice(4)));
  await stranger.submit("/sign-in", "/sign-in", { name: "Bob" });

  await server.kill();
  const restarted = await ServerProcess.start({ folder, environment });
  for (const [at, { jar }] of visitors.entries()) {
    visitors[at] = new Browser(restarted.origin, { jar });
  }
  await visitAgain(visitors as [Browser, Browser, Browser]);
  restarted.signal("SIGTERM");
  assertEquals(await restarted.status(), 0);
  for (const { output } of [server, restarted]) assert(!output.includes("rror"), output);
}

/** What the same visitors do after the restart. */
async function visitAgain([desk, phone, stranger]: [Browser, Browser, Browser]): Promise<void> {
  const signInPage = async (browser: Browser) => (await browser.get("/sign-in")).text;
  assertEquals(countIn(await desk.get("/")), 4);
  const { text } = await phone.submit("/sign-in", "/sign-in/elsewhere", {});
  assertStringIncludes(text, "One other session was ended.");
  assert(!(await signInPage(desk)).includes("You are Ann"));
  assertEquals(countIn(await desk.get("/")), 1);
  assertStringIncludes(await signInPage(phone), "You are Ann");
  assertStringIncludes(await signInPage(stranger), "You are Bob");
  await phone.submit("/sign-in", "/sign-out", {});
  assert(!(await signInPage(phone)).includes("You are Ann"));
}

test("the server keeps sessions and accounts in a KV file", async () => {
  using folder = temporaryFolder();
  await visit({ SESSION_STORE: "kv" }, folder.path);
  // Neither a secret nor anything else beside the database.
  for (const { name } of Deno.readDirSync(folder.path)) assertMatch(name, /^\.satchel\.sqlite/);
});

testRedis("the server keeps sessions and accounts in Redis", async () => {
  using folder = temporaryFolder();
  await using redis = await RedisServer.start();
  await visit({ SESSION_STORE: "redis", REDIS_URL: redis.url }, folder.path);
  assertEquals([...Deno.readDirSync(folder.path)].length, 0);
});

testRedis("the server keeps sessions and accounts in a Redis Cluster", async () => {
  using folder = temporaryFolder();
  await using cluster = await RedisCluster.start();
  await visit({ SESSION_STORE: "redis", REDIS_URL: cluster.urls.join(",") }, folder.path);
});

test("the server does not start without its Redis, and says so", async () => {
  using folder = temporaryFolder();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const { status, out, err } = await runMain("start", [], {
    folder: folder.path,
    environment: { SESSION_STORE: "redis", REDIS_URL: `redis://ann:hush@127.0.0.1:${port}` },
  });
  assertEquals([status, out], [1, ""]);
  assertMatch(err, new RegExp(`^Cannot reach Redis at 127\\.0\\.0\\.1:${port}: .*refused`, "i"));
  assertEquals(err.trim().split("\n").length, 2);
  assert(!err.includes("hush"));
});

test("the server does not start without a place for its KV file, and says so", async () => {
  using folder = temporaryFolder();
  const { status, out, err } = await runMain("start", [], {
    folder: folder.path,
    environment: { SESSION_STORE: "kv", KV_PATH: `${folder.path}/missing/kv.sqlite` },
  });
  assertEquals([status, out], [1, ""]);
  assertMatch(err, /^Cannot open the KV file .*missing\/kv\.sqlite: /);
  assertEquals(err.trim().split("\n").length, 2);
});

testRedis("the server answers 503 while Redis is down, and goes on when it is back", async () => {
  using folder = temporaryFolder();
  await using redis = await RedisServer.start({
    flags: ["--appendonly", "yes", "--appendfsync", "always"],
  });
  await using server = await ServerProcess.start({
    folder: folder.path,
    environment: { SESSION_STORE: "redis", REDIS_URL: redis.url },
  });
  const visitor = new Browser(server.origin);
  const health = async (): Promise<number> => (await visitor.get("/healthz")).status;
  assertEquals(countIn(await visitor.get("/")), 1);
  assertEquals((await visitor.get("/healthz")).text, "ok");
  for (const fail of ["kill", "freeze"] as const) {
    await redis[fail]();
    const began = performance.now();
    const { status, headers } = await visitor.get("/");
    assertEquals([status, headers.get("retry-after"), headers.getSetCookie()], [503, "2", []]);
    assertEquals(await health(), 503);
    assert(performance.now() - began < 10_000);
    if (fail === "kill") await redis.start();
    else redis.thaw();
    for (let attempt = 0; attempt < 100 && await health() !== 200; attempt++) await pause(50);
    assert(countIn(await visitor.get("/")) >= 2);
  }
  assertStringIncludes(server.output, "Cannot reach the redis store");
});

test("inspect looks into a session of a KV file", async () => {
  using folder = temporaryFolder();
  const environment = { SESSION_STORE: "kv" };
  const server = await ServerProcess.start({ folder: folder.path, environment });
  const visitor = new Browser(server.origin);
  await visitor.get("/");
  await server.kill();
  const id = visitor.cookie("session");
  const { status, out } = await runMain("inspect", [id], { folder: folder.path, environment });
  assertEquals(status, 0);
  assertMatch(out, /^value +counter = 1$/m);
  const other = await runMain("inspect", ["A".repeat(48)], { folder: folder.path, environment });
  assertEquals([other.status, other.out], [1, "Refused: unknown id\n"]);
});
