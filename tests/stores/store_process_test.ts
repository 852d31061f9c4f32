import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runMain, ServerProcess, temporaryFolder, Visitor } from "../server/server_process.ts";
import { RedisCluster } from "./redis_cluster.ts";
import { hasRedis, RedisServer } from "./redis_server.ts";

const withRedis = hasRedis();

/** Signs a visitor in; the page then lists their sessions. */
async function signIn(visitor: Visitor, name: string): Promise<string> {
  const csrf_token = await visitor.token("/sign-in");
  assertEquals((await visitor.post("/sign-in", { name, csrf_token })).response.status, 303);
  return (await visitor.fetch("/sign-in")).text;
}

/** What visitors with accounts do, with a restart in between. */
async function visit(environment: Record<string, string>, folder: string): Promise<void> {
  let server = await ServerProcess.start({ folder, environment });
  const origin = (): string => server.origin;
  const [desk, phone, stranger] = [new Visitor(origin), new Visitor(origin), new Visitor(origin)];
  assertEquals(await desk.count("/"), 1);
  assertEquals(await desk.count("/howdy"), 2);
  assertMatch(desk.cookie, /^session=[\w-]{48}$/);
  const before = desk.cookie;
  await signIn(desk, "Ann");
  assert(desk.cookie !== before);
  assertEquals(await desk.count("/"), 3);
  const listed = await signIn(phone, "Ann");
  assertEquals(listed.match(/begun /g)?.length, 2);
  assertEquals(listed.match(/this one/g)?.length, 1);
  assert(!listed.includes(desk.cookie.slice(12)));
  await signIn(stranger, "Bob");

  await server.kill();
  server = await ServerProcess.start({ folder, environment });
  assertEquals(await desk.count("/"), 4);
  const csrf_token = await phone.token("/sign-in");
  await phone.post("/sign-in/elsewhere", { csrf_token });
  assertStringIncludes((await phone.fetch("/sign-in")).text, "One other session was ended.");
  assert(!(await desk.fetch("/sign-in")).text.includes("You are Ann"));
  assertEquals(await desk.count("/"), 1);
  assertStringIncludes((await phone.fetch("/sign-in")).text, "You are Ann");
  assertStringIncludes((await stranger.fetch("/sign-in")).text, "You are Bob");
  await phone.post("/sign-out", { csrf_token });
  assert(!(await phone.fetch("/sign-in")).text.includes("You are Ann"));

  server.signal("SIGTERM");
  assertEquals(await server.status(), 0);
  assert(!server.output.includes("rror"), server.output);
}

Deno.test("the server keeps sessions and accounts in a KV file", async () => {
  using folder = temporaryFolder();
  await visit({ SESSION_STORE: "kv" }, folder.path);
  // Neither a secret nor anything else beside the database.
  for (const { name } of Deno.readDirSync(folder.path)) assertMatch(name, /^\.satchel\.sqlite/);
});

Deno.test("the server keeps sessions and accounts in Redis", { ignore: !withRedis }, async () => {
  using folder = temporaryFolder();
  await using redis = await RedisServer.start();
  await visit({ SESSION_STORE: "redis", REDIS_URL: redis.url }, folder.path);
  assertEquals([...Deno.readDirSync(folder.path)].length, 0);
});

Deno.test("the server keeps sessions and accounts in a Redis Cluster", {
  ignore: !withRedis,
}, async () => {
  using folder = temporaryFolder();
  await using cluster = await RedisCluster.start();
  await visit({ SESSION_STORE: "redis", REDIS_URL: cluster.urls.join(",") }, folder.path);
});

Deno.test("the server does not start without its Redis, and says so", async () => {
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

Deno.test("the server does not start without a place for its KV file, and says so", async () => {
  using folder = temporaryFolder();
  const { status, out, err } = await runMain("start", [], {
    folder: folder.path,
    environment: { SESSION_STORE: "kv", KV_PATH: `${folder.path}/missing/kv.sqlite` },
  });
  assertEquals([status, out], [1, ""]);
  assertMatch(err, /^Cannot open the KV file .*missing\/kv\.sqlite: /);
  assertEquals(err.trim().split("\n").length, 2);
});

Deno.test("the server answers 503 while Redis is down, and goes on when it is back", {
  ignore: !withRedis,
}, async () => {
  using folder = temporaryFolder();
  await using redis = await RedisServer.start({
    flags: ["--appendonly", "yes", "--appendfsync", "always"],
  });
  await using server = await ServerProcess.start({
    folder: folder.path,
    environment: { SESSION_STORE: "redis", REDIS_URL: redis.url },
  });
  const visitor = new Visitor(() => server.origin);
  assertEquals(await visitor.count("/"), 1);
  assertEquals((await visitor.fetch("/healthz")).text, "ok");
  for (const fail of ["kill", "freeze"] as const) {
    await redis[fail]();
    const began = performance.now();
    const { response } = await visitor.fetch("/");
    assertEquals([response.status, response.headers.get("retry-after")], [503, "2"]);
    assertEquals(response.headers.getSetCookie(), []);
    assertEquals((await visitor.fetch("/healthz")).response.status, 503);
    assert(performance.now() - began < 10_000);
    if (fail === "kill") await redis.start();
    else redis.thaw();
    for (let attempt = 0; attempt < 100; attempt++) {
      if ((await visitor.fetch("/healthz")).response.status === 200) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert(await visitor.count("/") >= 2);
  }
  assertStringIncludes(server.output, "Cannot reach the redis store");
});

Deno.test("inspect looks into a session of a KV file", async () => {
  using folder = temporaryFolder();
  const environment = { SESSION_STORE: "kv" };
  const server = await ServerProcess.start({ folder: folder.path, environment });
  const visitor = new Visitor(() => server.origin);
  await visitor.count();
  await server.kill();
  const [, id = ""] = visitor.cookie.split("=");
  const { status, out } = await runMain("inspect", [id], { folder: folder.path, environment });
  assertEquals(status, 0);
  assertMatch(out, /^value +counter = 1$/m);
  const other = await runMain("inspect", ["A".repeat(48)], { folder: folder.path, environment });
  assertEquals([other.status, other.out], [1, "Refused: unknown id\n"]);
});
