import { generateSecret } from "@satchel/satchel";
import { assertEquals, assertMatch } from "@std/assert";
import { ServerProcess, temporaryFolder, Visitor } from "./server/server_process.ts";

/** Two servers that share nothing but their secrets, each in a folder of its own. */
async function twoServers(
  secrets: readonly [string, string],
): Promise<{ origins: [string, string] } & AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  const start = async (secret: string) => {
    const folder = stack.use(temporaryFolder());
    const environment = { SESSION_SECRETS: secret };
    return stack.use(await ServerProcess.start({ folder: folder.path, environment })).origin;
  };
  return {
    origins: [await start(secrets[0]), await start(secrets[1])],
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

Deno.test("two servers with the same secrets serve one visitor in turn", async () => {
  const secret = generateSecret();
  await using servers = await twoServers([secret, secret]);
  let turn = 0;
  const visitor = new Visitor(() => servers.origins[turn++ % 2] ?? "");
  for (let count = 1; count <= 10; count++) assertEquals(await visitor.count(), count);

  // The token of one server's form is good at the other one, which shows the message.
  const csrf_token = await visitor.token("/cart");
  const { response } = await visitor.post("/cart", { item: "Rope", csrf_token });
  assertEquals(response.status, 303);
  assertMatch(
    (await visitor.fetch("/cart")).text,
    /role="status"[^]*Your item was added\.[^]*Rope/,
  );
  assertEquals(await visitor.count(), 11);
});

Deno.test("two servers rotate their secrets one after the other", async () => {
  const [before, after] = [generateSecret(), generateSecret()];
  // First both learn the new secret behind the old one, then it comes in front, here in one of them.
  await using servers = await twoServers([`${after} ${before}`, `${before} ${after}`]);
  let turn = 0;
  const visitor = new Visitor(() => servers.origins[turn++ % 2] ?? "");
  for (let count = 1; count <= 6; count++) assertEquals(await visitor.count(), count);
});

Deno.test("two servers with secrets of their own know each other's visitors not", async () => {
  await using servers = await twoServers([generateSecret(), generateSecret()]);
  let turn = 0;
  const visitor = new Visitor(() => servers.origins[turn++ % 2] ?? "");
  assertEquals([await visitor.count(), await visitor.count()], [1, 1]);
});
