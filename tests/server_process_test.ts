import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { SECRET_A, SECRET_B } from "./server/fake_environment.ts";
import { runMain, ServerProcess, temporaryFolder } from "./server/server_process.ts";
import { Browser, countIn, tokenIn } from "./support/browser.ts";
import { testWith } from "./support/has.ts";

const test = testWith("run");

/** Opens a page; returns the count that it shows. */
async function count(visitor: Browser, path = "/"): Promise<number> {
  return countIn(await visitor.get(path));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

test("the server counts on after it was killed and started again", async () => {
  using folder = temporaryFolder();
  let server = await ServerProcess.start({ folder: folder.path });
  const visitor = new Browser(server.origin);
  assertEquals(await count(visitor), 1);
  assertEquals(await count(visitor, "/howdy"), 2);
  assertEquals(await count(visitor), 3);
  assertEquals(await count(visitor, "/howdy"), 4);
  await server.kill();

  server = await ServerProcess.start({ folder: folder.path });
  assertEquals(await count(visitor, server.origin), 5);
  assertEquals(await count(new Browser(server.origin), "/howdy"), 1);
  await server.kill();
});

test("the server starts a cookie that it cannot open at 1", async () => {
  using folder = temporaryFolder();
  await using server = await ServerProcess.start({ folder: folder.path });
  const visitor = new Browser(server.origin);
  await count(visitor);
  const value = visitor.cookie();
  const foreign = `AQ${"A".repeat(120)}`;
  const flipped = `${value.slice(0, -9)}${value.at(-9) === "A" ? "B" : "A"}${value.slice(-8)}`;
  for (const bad of [flipped, value.slice(0, -4), foreign, "", "%00", '"']) {
    visitor.jar.storeLine(server.origin, `session=${bad}; Path=/`);
    assertEquals(await count(visitor), 1, bad);
  }
  visitor.jar.storeLine(server.origin, `session=${value}; Path=/`);
  assertEquals(await count(visitor), 2);
});

test("the server shows a flash message once and refuses forged forms", async () => {
  using folder = temporaryFolder();
  await using server = await ServerProcess.start({ folder: folder.path });
  const visitor = new Browser(server.origin);
  const csrf_token = tokenIn(await visitor.get("/cart"));

  const forged = await visitor.post("/cart", { item: "Rope", csrf_token }, {
    from: "https://evil.example",
  });
  assertEquals(forged.status, 403);
  assertEquals((await visitor.post("/cart", { item: "Rope" })).status, 403);
  assert(!(await visitor.get("/cart")).text.includes("Rope"));

  const body = new URLSearchParams({ item: "Rope", csrf_token });
  const { status, headers, body: answer } = await visitor.fetch("/cart", { method: "POST", body });
  assertEquals([status, headers.get("location")], [303, "/cart"]);
  await answer?.cancel();
  const { text } = await visitor.get("/cart");
  assertMatch(text, /role="status"[^]*Your item was added\./);
  assertStringIncludes(text, "Rope");
  assert(!(await visitor.get("/cart")).text.includes("Your item was added."));
});

test("the server reads what an older secret sealed and seals it anew", async () => {
  using folder = temporaryFolder();
  let server = await ServerProcess.start({
    folder: folder.path,
    environment: { SESSION_SECRETS: SECRET_A },
  });
  const visitor = new Browser(server.origin);
  await count(visitor);
  await server.kill();

  server = await ServerProcess.start({
    folder: folder.path,
    environment: { SESSION_SECRETS: `${SECRET_B} ${SECRET_A}` },
  });
  assertEquals(await count(visitor, server.origin), 2);
  await server.kill();

  server = await ServerProcess.start({
    folder: folder.path,
    environment: { SESSION_SECRETS: SECRET_B },
  });
  assertEquals(await count(visitor, server.origin), 3);
  await server.kill();
  assertEquals([...Deno.readDirSync(folder.path)].length, 0);
});

test("the server forgets who stays away for SESSION_IDLE_TIMEOUT", async () => {
  using folder = temporaryFolder();
  await using server = await ServerProcess.start({
    folder: folder.path,
    environment: { SESSION_IDLE_TIMEOUT: "1" },
  });
  const visitor = new Browser(server.origin);
  assertEquals(await count(visitor), 1);
  assertEquals(await count(visitor), 2);
  await pause(2000);
  assertEquals(await count(visitor), 1);
});

test("the server names every fault of its environment and ends with 2", async () => {
  using folder = temporaryFolder();
  const { status, out, err } = await runMain("start", [], {
    folder: folder.path,
    environment: { SESSION_SECRETS: "short", PORT: "abc" },
  });
  assertEquals(status, 2);
  assertEquals(out, "");
  assertStringIncludes(err, "SESSION_SECRETS: secret 1: ");
  assertStringIncludes(err, 'PORT: a whole number from 0 to 65535 expected, "abc" found');
  assert(!err.includes("short"));
  assertEquals(err.trim().split("\n").length, 3);
});

test("the server finishes what is in flight when it is told to end", async () => {
  using folder = temporaryFolder();
  await using server = await ServerProcess.start({ folder: folder.path });
  const visitor = new Browser(server.origin);
  const csrf_token = tokenIn(await visitor.get("/cart"));
  const body = new URLSearchParams({ item: "Rope", csrf_token }).toString();
  const port = Number(new URL(server.origin).port);
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = [
    "POST /cart HTTP/1.1",
    "host: 127.0.0.1",
    `cookie: ${visitor.jar.header(server.origin)}`,
    "content-type: application/x-www-form-urlencoded",
    `content-length: ${body.length}`,
    "\r\n",
  ].join("\r\n");
  const encoder = new TextEncoder();
  await connection.write(encoder.encode(head + body.slice(0, 5)));
  await pause(200);
  server.signal("SIGTERM");
  await pause(200);
  await connection.write(encoder.encode(body.slice(5)));
  const answer = await new Response(connection.readable).text();
  assertMatch(answer, /^HTTP\/1\.1 303 /);
  assertEquals(await server.status(), 0);
  assertMatch(server.output, /^POST \/cart 303 [\d.]+ ms$/m);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`the server ends with 0 on ${signal}, with idle connections open`, async () => {
    using folder = temporaryFolder();
    await using server = await ServerProcess.start({ folder: folder.path });
    await count(new Browser(server.origin));
    server.signal(signal);
    assertEquals(await server.status(), 0);
  });
}

test("the server tells the way out of a busy port and ends with 1", async () => {
  using folder = temporaryFolder();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const { status, err } = await runMain("start", [], {
    folder: folder.path,
    environment: { PORT: String(port) },
  });
  assertEquals(status, 1);
  assertStringIncludes(err, `Cannot listen on 127.0.0.1 port ${port}: another program uses`);
  assertStringIncludes(err, "PORT=0");
});

test("the server keeps its secret for itself, in the folder it is started in", async () => {
  using folder = temporaryFolder();
  await using server = await ServerProcess.start({ folder: folder.path });
  const { mode } = Deno.statSync(`${folder.path}/.session-secret`);
  if (mode !== null) assertEquals(mode & 0o777, 0o600);
  const secret = Deno.readTextFileSync(`${folder.path}/.session-secret`).trim();
  assertMatch(secret, /^[\w-]{43}$/);
  assert(!server.output.includes(secret));
  assertStringIncludes(server.output, "Secret: a fresh one, kept in the file .session-secret");
});

test("the server refuses a secret file that holds none", async () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/kept.txt`;
  Deno.writeTextFileSync(file, "hush");
  const { status, err } = await runMain("start", [], {
    folder: folder.path,
    environment: { SESSION_SECRET_FILE: file },
  });
  assertEquals(status, 1);
  assertStringIncludes(err, "Cannot use the secret file");
  assert(!err.includes("hush"));
});

test("the server logs requests and refused cookies, in JSON on request", async () => {
  using folder = temporaryFolder();
  await using server = await ServerProcess.start({
    folder: folder.path,
    environment: { LOG_FORMAT: "json" },
  });
  const visitor = new Browser(server.origin);
  for (let count = 0; count < 20; count++) {
    visitor.jar.storeLine(server.origin, "session=AAAA; Path=/");
    await visitor.get("/howdy?secret=hush");
  }
  server.signal("SIGTERM");
  assertEquals(await server.status(), 0);
  assert(!server.output.includes("hush"));
  const entries = server.output.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(entries.filter(({ path }) => path === "/howdy").length, 20);
  const refused = entries.filter(({ event }) => event === "session cookie refused");
  assertEquals(refused.map(({ reason, count }) => [reason, count]), [
    ["malformed", 1],
    ["malformed", 19],
  ]);
});

test("the server logs no request with LOG=off", async () => {
  using folder = temporaryFolder();
  await using server = await ServerProcess.start({
    folder: folder.path,
    environment: { LOG: "off" },
  });
  await count(new Browser(server.origin));
  server.signal("SIGTERM");
  assertEquals(await server.status(), 0);
  assert(!server.output.includes("GET"));
});

test("keygen and inspect work on what the server seals", async () => {
  using folder = temporaryFolder();
  const server = await ServerProcess.start({ folder: folder.path });
  const visitor = new Browser(server.origin);
  await count(visitor);
  await server.kill();
  const token = visitor.cookie();

  const accepted = await runMain("inspect", [token, "--json"], { folder: folder.path });
  assertEquals(accepted.status, 0);
  const found = JSON.parse(accepted.out);
  assertEquals([found.cookieName, found.data, found.newestKey], ["session", { counter: 1 }, true]);

  const rotated = await runMain("keygen", ["--rotate"], { folder: folder.path });
  const [, secrets = ""] = /^SESSION_SECRETS=(\S+)\n$/.exec(rotated.out) ?? [];
  const older = await runMain("inspect", ["-"], {
    folder: folder.path,
    environment: { SESSION_SECRETS: secrets },
    input: `${token}\n`,
  });
  assertEquals(older.status, 0);
  assertMatch(older.out, /^key +[0-9a-f]{8}, an older one$/m);
  for (const secret of secrets.split(",")) assert(!older.out.includes(secret));

  const foreign = await runMain("inspect", [token], {
    folder: folder.path,
    environment: { SESSION_SECRETS: SECRET_A },
  });
  assertEquals([foreign.status, foreign.out], [1, "Refused: unknown key\n"]);
});

test("keygen and inspect refuse what makes no sense", async () => {
  using folder = temporaryFolder();
  assertEquals((await runMain("inspect", [], { folder: folder.path })).status, 2);
  assertEquals((await runMain("keygen", ["--rotate"], { folder: folder.path })).status, 1);
  const { status, out } = await runMain("keygen", ["--help"], { folder: folder.path });
  assertEquals(status, 0);
  assertStringIncludes(out, "--rotate");
  assertEquals([...Deno.readDirSync(folder.path)].length, 0);
});

for (
  const url of ["redis://:p4ss%zz@h", "redis://h/p4ss", "redis:///x", "redis://a,rediss://b"]
) {
  test(`the server refuses REDIS_URL=${url} with status 2, in words and without a stack`, async () => {
    using folder = temporaryFolder();
    const { status, err } = await runMain("start", [], {
      folder: folder.path,
      environment: { SESSION_STORE: "redis", REDIS_URL: url },
    });
    assertEquals(status, 2);
    assertMatch(err, /^Cannot use the environment: 1 fault\n {2}REDIS_URL: .+\n$/);
    assert(!err.includes("p4ss"), err);
  });
}

test("the server keeps a KV file that its owner alone may read", async () => {
  using folder = temporaryFolder();
  const server = await ServerProcess.start({
    folder: folder.path,
    environment: { SESSION_STORE: "kv" },
  });
  await count(new Browser(server.origin));
  const files = Array.from(Deno.readDirSync(folder.path), ({ name }) => name);
  assert(files.some((name) => name.includes("sqlite")), `${files}`);
  for (const name of files) {
    assertEquals((Deno.statSync(`${folder.path}/${name}`).mode ?? 0) & 0o077, 0, name);
  }
  await server.kill();
});
