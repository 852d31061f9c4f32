import { ChangeTrace, inspect } from "@satchel/satchel/inspector";
import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { Sessions, SessionStoreError } from "@satchel/satchel";
import { createHandler, csrfToken, html } from "@satchel/satchel/web";
import { ServerLog } from "../../src/server/log.ts";
import { ServerProcess, temporaryFolder } from "../server/server_process.ts";
import { Browser, tokenIn } from "../support/browser.ts";
import { type Values, VersionedStore } from "../support/sessions.ts";
import { testWith } from "../support/has.ts";

const test = testWith("run");

/** Refuses a log that holds any of the secrets, whole or in part. */
function assertSilentAbout(log: string, secrets: Record<string, string>): void {
  for (const [what, secret] of Object.entries(secrets)) {
    assert(secret.length >= 8, `${what} is too short to look for: ${secret}`);
    for (
      const part of [secret, secret.slice(0, 24), secret.slice(-24), encodeURIComponent(secret)]
    ) {
      assertFalse(log.includes(part), `the log holds ${what}`);
    }
  }
}

for (const format of ["text", "json"]) {
  test(`the ${format} log of a whole visit holds no value, cookie, token or secret`, async () => {
    using folder = temporaryFolder();
    const environment = { LOG_FORMAT: format, SERVER_TIMING: "1" };
    const server = await ServerProcess.start({ folder: folder.path, environment });
    const visitor = new Browser(server.origin);
    const secrets: Record<string, string> = {
      "an item": "a private item 4711",
      "a name": "Ada Lovelace 1815",
      "a query": "query-of-a-visitor",
      "a wrong token": "wrong-token-of-a-visitor",
      "a password": "a-password-in-a-form",
    };

    await visitor.get("/");
    const csrf_token = tokenIn(await visitor.get("/cart"));
    secrets["the token"] = csrf_token;
    secrets["the first cookie"] = visitor.cookie();
    await visitor.post("/cart", { item: secrets["an item"] ?? "", csrf_token });
    await visitor.get(`/cart?csrf_token=${csrf_token}&q=${secrets["a query"]}`);
    await visitor.post("/cart", { item: "x", csrf_token: secrets["a wrong token"] ?? "" });
    await visitor.post("/sign-in", { name: secrets["a name"] ?? "", csrf_token });
    await visitor.post("/sign-in", { name: "", password: secrets["a password"] ?? "", csrf_token });
    await visitor.get("/session");
    secrets["the second cookie"] = visitor.cookie();
    const token = tokenIn(await visitor.get("/cart"));
    secrets["the second token"] = token;
    // A session that outgrows its cookie, a form too large, a form that is none.
    for (let count = 0; count < 9; count++) {
      await visitor.post("/cart", {
        item: `${secrets["an item"]}${"x".repeat(450)}`,
        csrf_token: token,
      });
    }
    await visitor.post("/cart", { item: "x".repeat(1_100_000), csrf_token: token });
    const misfit = { method: "POST", body: JSON.stringify(secrets) };
    await (await visitor.fetch("/cart", misfit)).text();
    const cookie = visitor.cookie();
    for (
      const change of [cookie.slice(0, -8), `${cookie}!`, cookie.replace(/.{9}$/, "AAAAAAAAA")]
    ) {
      visitor.jar.storeLine(server.origin, `session=${change}; Path=/`);
      await visitor.get("/");
      secrets[`the tampered cookie ${change.length}`] = change;
    }
    secrets["the secret"] = (await Deno.readTextFile(`${folder.path}/.session-secret`)).trim();

    server.signal("SIGTERM");
    assertEquals(await server.status(), 0);
    assertStringIncludes(server.output, "/cart");
    assertStringIncludes(server.output, "malformed");
    assertSilentAbout(server.output, secrets);
  });
}

for (const format of ["text", "json"] as const) {
  Deno.test(`the ${format} log of an error tells where it happened, and nothing of the session`, async () => {
    let output = "";
    const write = (text: string) => void (output += `${text}\n`);
    const log = new ServerLog(format, { log: write, error: write });
    const store = new VersionedStore();
    const sessions = new Sessions<Values>({ store, onReject: log.rejected });
    const secrets: Record<string, string> = { "a value": "a value of the session" };
    const handler = log.requests(createHandler<Values>({
      sessions,
      onError: log.error,
      routes: [{
        method: "GET",
        path: "/:what",
        view({ session, params }) {
          session.set("secret", secrets["a value"] ?? "");
          secrets["the token"] = csrfToken(session);
          if (params.what === "throw") throw new Error("a bug in a view");
          if (params.what === "value") session.set("at", new Date() as unknown as string);
          if (params.what === "down") {
            store.failure = new SessionStoreError("Cannot reach the store");
          }
          return html("done");
        },
      }],
    }));
    const visitor = new Browser(handler);
    await visitor.get("/fine");
    assertEquals((await visitor.get("/throw")).status, 500);
    assertEquals((await visitor.get("/value")).status, 500);
    assertEquals((await visitor.get("/down")).status, 503);
    store.failure = null;
    const stranger = new Browser(handler);
    stranger.jar.storeLine("http://localhost/", "session=an-id-that-is-not-known");
    await stranger.get("/fine");
    secrets["an unknown id"] = "an-id-that-is-not-known";
    for (const id of store.rows.keys()) {
      secrets[`the cookie of ${id}`] = `session=${id}`;
      secrets[`the secret of ${id}`] = store.record(id)?.csrf ?? "";
    }
    log.close();
    for (const told of ["a bug in a view", "Cannot store session value at at", "unknown id"]) {
      assertStringIncludes(output, told);
    }
    assertSilentAbout(output, secrets);
  });
}

Deno.test("no page and no header tells the session's id or secret", async () => {
  const store = new VersionedStore();
  const sessions = new Sessions<Values>({ store, trace: new ChangeTrace() });
  const handler = createHandler<Values>({
    sessions,
    routes: [{
      method: "GET",
      path: "/:visit",
      view({ session, params }) {
        if (params.visit === "regenerate") session.regenerate();
        csrfToken(session);
        return Response.json(inspect(session));
      },
    }],
  });
  const visitor = new Browser(handler);
  for (const visit of ["first", "second", "regenerate"]) {
    const { text, headers } = await visitor.get(`/${visit}`);
    const answer = text + JSON.stringify([...headers]);
    const secrets = [...store.rows.keys()].flatMap((id) => store.record(id)?.csrf ?? []);
    for (const secret of secrets) assertFalse(answer.includes(secret));
    assertEquals(secrets.at(-1)?.length, 43);
    const lines = headers.getSetCookie();
    assertEquals(lines.length, visit === "second" ? 0 : 1);
    for (const line of lines) assertMatch(line, /; HttpOnly(;|$)/); // no script reads it there
    assertEquals(answer.match(/id-\d/g)?.length ?? 0, lines.length); // in Set-Cookie alone
  }
});
