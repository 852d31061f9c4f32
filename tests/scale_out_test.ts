import { generateSecret } from "@satchel/satchel";
import { assertEquals, assertMatch } from "@std/assert";
import { ServerProcess } from "./server/server_process.ts";
import { Browser, countIn, tokenIn } from "./support/browser.ts";
import { CookieJar } from "@satchel/satchel/testing";
import { temporaryFolder } from "./support/temporary_folder.ts";
import { testWith } from "./support/has.ts";

const test = testWith("run");

/** Two servers that share nothing but their secrets, and one visitor's browser at each in turn. */
async function twoServers(
  secrets: readonly [string, string],
): Promise<{ next: () => Browser } & AsyncDisposable> {
  await using started = new AsyncDisposableStack();
  const jar = new CookieJar();
  const browsers: Browser[] = [];
  for (const secret of secrets) {
    const folder = started.use(temporaryFolder()).path;
    const environment = { SESSION_SECRETS: secret };
    const { origin } = started.use(await ServerProcess.start({ folder, environment }));
    browsers.push(new Browser(origin, { jar }));
  }
  const stack = started.move();
  let turn = 0;
  return {
    next: () => browsers[turn++ % 2] as Browser,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

test("two servers with the same secrets serve one visitor in turn", async () => {
  const secret = generateSecret();
  await using servers = await twoServers([secret, secret]);
  const count = async (): Promise<number> => countIn(await servers.next().get("/"));
  for (let expected = 1; expected <= 10; expected++) assertEquals(await count(), expected);

  // The token of one server's form is good at the other one, which shows the message.
  const csrf_token = tokenIn(await servers.next().get("/cart"));
  const body = new URLSearchParams({ item: "Rope", csrf_token });
  const { status, body: answer } = await servers.next().fetch("/cart", { method: "POST", body });
  assertEquals(status, 303);
  await answer?.cancel();
  const { text } = await servers.next().get("/cart");
  assertMatch(text, /role="status"[^]*Your item was added\.[^]*Rope/);
  assertEquals(await count(), 11);
});

test("two servers rotate their secrets one after the other", async () => {
  const [before, after] = [generateSecret(), generateSecret()];
  // First both learn the new secret behind the old one, then it comes in front, here in one of them.
  await using servers = await twoServers([`${after} ${before}`, `${before} ${after}`]);
  for (let count = 1; count <= 6; count++) {
    assertEquals(countIn(await servers.next().get("/")), count);
  }
});

test("two servers with secrets of their own do not know each other's visitors", async () => {
  await using servers = await twoServers([generateSecret(), generateSecret()]);
  for (const _server of [1, 2]) assertEquals(countIn(await servers.next().get("/")), 1);
});
