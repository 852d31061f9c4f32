import { assert, assertEquals, assertFalse, assertGreater, assertLess } from "@std/assert";
import { CookieStore, type RejectReason, Sessions } from "@satchel/satchel";
import { createHandler, html, type View } from "@satchel/satchel/web";
import { ServerLog } from "../../src/server/log.ts";
import { Browser, countIn, Visitor } from "../support/browser.ts";
import { TestClock } from "@satchel/satchel/testing";
import { SECRET } from "../support/secrets.ts";
import { cookieSessions, type Values, VersionedStore } from "../support/sessions.ts";
import { site } from "../support/site.ts";
import { heapAfterCollection } from "./heap.ts";
import { testWith } from "../support/has.ts";

const test = testWith("net");

const URL_ENCODED = "application/x-www-form-urlencoded";

/** A handler whose only form may have 1000 bytes, and what it reported. */
function formHandler() {
  const errors: unknown[] = [];
  let runs = 0;
  const handler = createHandler<Values>({
    sessions: cookieSessions(),
    routes: [{
      method: "POST",
      path: "/",
      async view(context) {
        runs++;
        const form = await context.form();
        context.session.set("item", String(form.get("item")));
        return html("done");
      },
    }],
    maxBodySize: 1000,
    onError: (error) => errors.push(error),
  });
  return { handler, errors, runs: () => runs };
}

/** A body that arrives in pieces; `after` says what comes behind them. */
function streamed(pieces: number, size: number, after: "end" | "break" | "silence") {
  let sent = 0;
  const piece = new TextEncoder().encode("a".repeat(size));
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (sent++ < pieces) controller.enqueue(piece);
      else if (after === "end") controller.close();
      else if (after === "break") controller.error(new Error("connection reset"));
      else return new Promise(() => {}); // nothing ever comes
    },
  }, { highWaterMark: 0 });
  return { body, sent: () => sent };
}

const BODIES: [
  what: string,
  pieces: number,
  size: number,
  after: "end" | "break" | "silence",
  status: number,
  read: number,
][] = [
  ["as large as the limit, in one piece", 1, 1000, "end", 200, 2],
  ["a byte larger, in one piece", 1, 1001, "end", 413, 1],
  ["far larger, in one piece", 1, 10_000_000, "end", 413, 1],
  ["as large as the limit, byte by byte", 1000, 1, "end", 200, 1001],
  ["larger, byte by byte, without an end", 1_000_000, 1, "silence", 413, 1001],
  ["that breaks off", 3, 10, "break", 400, 4],
  ["that breaks off before it begins", 0, 0, "break", 400, 1],
  ["with nothing in it", 0, 0, "end", 200, 1],
];

for (const [what, pieces, size, after, status, read] of BODIES) {
  Deno.test(`a body ${what} is answered with ${status}, reading no more than needed`, async () => {
    const { handler, errors } = formHandler();
    const { body, sent } = streamed(pieces, size, after);
    const headers = { "content-type": URL_ENCODED };
    const request = new Request("http://shop.example/", { method: "POST", body, headers });
    const response = await handler(request);
    assertEquals(response.status, status);
    assertEquals(response.headers.getSetCookie().length, status === 200 ? 1 : 0);
    assertEquals(sent(), read);
    assertEquals(errors, []);
  });
}

/** A real server on a free port for the time of a test. */
async function serving(
  handler: (request: Request) => Response | Promise<Response>,
  use: (port: number) => Promise<void>,
): Promise<void> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  await use(server.addr.port);
}

/** Sends some bytes, waits a little, and hangs up or reads the status line. */
async function talk(port: number, text: string, hangUp: boolean): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(text));
  if (hangUp) return "";
  const bytes = new Uint8Array(4096);
  const size = await connection.read(bytes) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, size)).split("\r\n", 1)[0] ?? "";
}

test("a server outlives clients that hang up in the middle of their form", async () => {
  const { handler, errors, runs } = formHandler();
  await serving(handler, async (port) => {
    const head = `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${URL_ENCODED}\r\n`;
    for (let count = 0; count < 20; count++) {
      await talk(port, `${head}Content-Length: 100\r\n\r\nitem=te`, true);
    }
    const whole = `${head}Content-Length: 8\r\nConnection: close\r\n\r\nitem=tea`;
    assertEquals(await talk(port, whole, false), "HTTP/1.1 200 OK");
    const tooLarge = `${head}Content-Length: 5000\r\n\r\nitem=`;
    assertEquals(await talk(port, tooLarge, false), "HTTP/1.1 413 Payload Too Large");
    const endless = `${head}Transfer-Encoding: chunked\r\n\r\n7d0\r\n${"a".repeat(2000)}\r\n`;
    assertEquals(await talk(port, endless, false), "HTTP/1.1 413 Payload Too Large");
  });
  assertGreater(runs(), 1);
  assertEquals(errors, []);
});

test("a slow form keeps nobody waiting but its sender", async () => {
  const { handler } = formHandler();
  await serving(handler, async (port) => {
    using slow = await Deno.connect({ hostname: "127.0.0.1", port });
    const head = `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${URL_ENCODED}\r\n`;
    await slow.write(new TextEncoder().encode(`${head}Content-Length: 8\r\n\r\nitem`));
    const whole = `${head}Content-Length: 8\r\nConnection: close\r\n\r\nitem=tea`;
    assertEquals(await talk(port, whole, false), "HTTP/1.1 200 OK");
    await slow.write(new TextEncoder().encode("=tea"));
    const bytes = new Uint8Array(15);
    await slow.read(bytes);
    assertEquals(new TextDecoder().decode(bytes), "HTTP/1.1 200 OK");
  });
});

test("a client that disconnects while the view runs leaves a whole session behind", async () => {
  const store = new VersionedStore();
  const sessions = new Sessions<Values>({ store });
  const entered = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const errors: unknown[] = [];
  const view: View<Values> = async ({ session }) => {
    session.set("first", 1);
    entered.resolve();
    await gone.promise;
    session.set("second", 2);
    return html("done");
  };
  const handler = createHandler<Values>({
    sessions,
    routes: [{ method: "GET", path: "/", view }],
    onError: (error) => errors.push(error),
  });
  const answered = Promise.withResolvers<Response>();
  const watched = async (request: Request) => {
    const response = await handler(request);
    answered.resolve(response);
    return response;
  };
  await serving(watched, async (port) => {
    const stop = new AbortController();
    const request = fetch(`http://127.0.0.1:${port}/`, { signal: stop.signal }).catch(() => null);
    await entered.promise;
    stop.abort();
    assertEquals(await request, null);
    gone.resolve();
    assertEquals((await answered.promise).status, 200);
  });
  // All that the view did, or nothing: never half of it.
  assertEquals(store.writes.map(({ record }) => Object.keys(record.data)), [["first", "second"]]);
  assertEquals(errors, []);
});

Deno.test("10,000 cookies that do not unseal leave memory flat and a line every ten seconds", async () => {
  const start = performance.now();
  const lines: string[] = [];
  const write = (text: string): void => void lines.push(...text.split("\n"));
  const log = new ServerLog("text", { log: write, error: write });
  const sessions = cookieSessions({ onReject: log.rejected });
  const genuine = new Visitor(sessions);
  await genuine.visit((session) => void session.set("a", 1));
  const head = genuine.value.slice(0, 8);
  const forge = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++) {
      const noise = crypto.getRandomValues(new Uint8Array(2700));
      const value = head + noise.toBase64({ alphabet: "base64url", omitPadding: true });
      const headers = { cookie: `session=${value}` };
      const session = await sessions.load(new Request("http://shop.example/", { headers }));
      assert(session.isNew);
    }
  };
  await forge(1000);
  const before = heapAfterCollection();
  await forge(10_000);
  assertLess(heapAfterCollection() - before, 4_000_000); // of 36 MB that came in
  log.close();
  assertEquals(lines[0], "Refused 1 session cookie: forged");
  const counts = lines.map((line) => Number(/\d+/.exec(line)?.[0]));
  assertEquals(counts.reduce((sum, count) => sum + count), 11_000);
  const most = 2 + Math.floor((performance.now() - start) / 10_000); // one every ten seconds
  assert(lines.length >= 2 && lines.length <= most, `${lines.length} lines, ${most} may be`);
  assertEquals(await genuine.read((session) => session.get("a")), 1);
});

Deno.test("cached cookies do not keep the headers in memory that they came with", async () => {
  const secrets = [SECRET];
  const writer = new Visitor(cookieSessions({ secrets }));
  const values: string[] = [];
  for (let index = 0; index < 200; index++) {
    writer.cookie = "";
    await writer.visit((session) => void session.set("index", index));
    values.push(writer.value);
  }
  const store = new CookieStore({ secrets });
  /** Loads a value that was cut out of a header of 100 KB. */
  const load = async (value: string): Promise<void> => {
    const header = `${"x".repeat(100_000)}; session=${value}`.replace("xx", "x"); // one flat string
    assert((await store.load(header.slice(-value.length), "session")).record);
  };
  await load(writer.value);
  const before = heapAfterCollection();
  for (const value of values) await load(value);
  assertLess(heapAfterCollection() - before, 4_000_000); // of 20 MB that came in
  const again = values.map((value) => store.load(value, "session"));
  assertGreater(again.filter((loaded) => !(loaded instanceof Promise)).length, 180);
  await Promise.all(again);
});

Deno.test("a clock set back by more than a minute refuses sessions from the future", async () => {
  const clock = new TestClock();
  const refused: RejectReason[] = [];
  const onReject = (reason: RejectReason) => refused.push(reason);
  const visitor = new Visitor(cookieSessions({ now: clock.now, onReject }));
  await visitor.visit((session) => void session.set("a", 1));
  clock.advance(-60);
  assertFalse(await visitor.read((session) => session.isNew));
  clock.advance(-1);
  assert(await visitor.read((session) => session.isNew));
  assertEquals(refused, ["from the future"]);
  clock.advance(61);
  assertFalse(await visitor.read((session) => session.isNew));
});

Deno.test("a clock set back does not let a session outlive its limits", async () => {
  const clock = new TestClock();
  const visitor = new Visitor(cookieSessions({ idleTimeout: 100, now: clock.now }));
  await visitor.visit((session) => void session.set("a", 1));
  clock.advance(-50);
  await visitor.visit((session) => void session.set("a", 2));
  clock.advance(151);
  assert(await visitor.read((session) => session.isNew));

  const busy = new Visitor(cookieSessions({ absoluteTimeout: 100, now: clock.now }));
  await busy.visit((session) => void session.set("a", 1));
  for (const seconds of [-50, 50, -50, 150]) {
    clock.advance(seconds);
    await busy.visit((session) => void session.update("a", (count) => Number(count) + 1));
  }
  assertEquals(await busy.read((session) => session.get("a")), 5);
  clock.advance(1);
  assert(await busy.read((session) => session.isNew));
});

Deno.test("a request with 100 cookies finds its session among them", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => void session.set("a", 1));
  const others = Array.from({ length: 100 }, (_, index) => `cookie${index}=${"x".repeat(50)}`);
  for (const at of [0, 50, 100]) {
    const crowd = new Visitor(cookieSessions());
    crowd.cookie = others.toSpliced(at, 0, visitor.cookie).join("; ");
    assertEquals(await crowd.read((session) => session.get("a")), 1);
  }
});

test("cookies that come in several header lines are read as one", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => void session.set("who", "ada"));
  const sessions = cookieSessions();
  const view: View<Values> = ({ session }) => html(String(session.get("who")), { status: 201 });
  const handler = createHandler({ sessions, routes: [{ method: "GET", path: "/", view }] });
  await serving(handler, async (port) => {
    for (
      const lines of [["a=1", visitor.cookie, "b=2"], [visitor.cookie, "a=1"], [visitor.cookie]]
    ) {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port });
      const cookies = lines.map((line) => `Cookie: ${line}\r\n`).join("");
      const text = `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n${cookies}Connection: close\r\n\r\n`;
      await connection.write(new TextEncoder().encode(text));
      const answer = await new Response(connection.readable).text();
      assert(answer.startsWith("HTTP/1.1 201") && answer.endsWith("ada"), answer);
    }
  });
});

Deno.test("of two cookies of the same name the first that opens a session counts", async () => {
  const [one, two] = [new Visitor(cookieSessions()), new Visitor(cookieSessions())];
  await one.visit((session) => void session.set("who", "one"));
  await two.visit((session) => void session.set("who", "two"));
  const both = new Visitor(cookieSessions());
  both.cookie = `${one.cookie}; ${two.cookie}`;
  assertEquals(await both.read((session) => session.get("who")), "one");
  both.cookie = `session=nonsense; ${two.cookie}`;
  assertEquals(await both.read((session) => session.get("who")), "two");
});

Deno.test("a cookie tossed by a subdomain cannot take the place of a __Host- cookie", async () => {
  const sessions = cookieSessions();
  const visitor = new Visitor(sessions, "https://shop.example/");
  await visitor.visit((session) => void session.set("who", "visitor"));
  const attacker = new Visitor(sessions, "https://shop.example/");
  await attacker.visit((session) => void session.set("who", "attacker"));
  // A subdomain may set any cookie for the domain, except one whose name has the prefix.
  visitor.cookie =
    `session=${attacker.value}; __Secure-session=${attacker.value}; ${visitor.cookie}`;
  assertEquals(await visitor.read((session) => session.get("who")), "visitor");
  // Nor is it taken where the visitor has no session yet, and a new one is not the attacker's.
  const plain = new Visitor(sessions);
  await plain.visit((session) => void session.set("who", "attacker"));
  for (const value of [attacker.value, plain.value]) {
    const newcomer = new Visitor(sessions, "https://shop.example/");
    newcomer.cookie = `session=${value}; __Secure-session=${value}; __host-session=${value}`;
    assert(await newcomer.read((session) => session.isNew));
    await newcomer.visit((session) => void session.set("cart", 1));
    assert(newcomer.line?.startsWith("__Host-session="));
    assertEquals(await newcomer.read((session) => session.get("who")), undefined);
  }
});

Deno.test("every visitor of a busy site counts for itself", async () => {
  const { handler, errors } = site();
  const browsers = Array.from({ length: 50 }, () => new Browser(handler));
  for (let round = 1; round <= 3; round++) {
    const pages = await Promise.all(browsers.map((browser) => browser.get("/")));
    assertEquals(new Set(pages.map(countIn)), new Set([round]));
  }
  assertEquals(errors, []);
});

Deno.test("cached sessions do not keep the forms in memory that their values were cut out of", async () => {
  const visitor = new Visitor(cookieSessions());
  /** Keeps a word of a text of 500 KB, as a value, a list's item and a message. */
  const keep = async (index: number): Promise<void> => {
    const text = `${"x".repeat(500_000)} word number ${index} `.replace("xx", "x"); // one flat string
    await visitor.visit((session) => {
      session.set(`word${index % 3}`, text.slice(-16).trim());
      session.update(
        "words",
        (words) => [...(Array.isArray(words) ? words : []).slice(-9), text.slice(-16)],
      );
      session.takeFlash();
      session.flash(text.slice(-16), { level: text.slice(-15) });
    });
  };
  await keep(0);
  const before = heapAfterCollection();
  for (let index = 1; index <= 40; index++) await keep(index);
  assertLess(heapAfterCollection() - before, 2_000_000); // of 20 MB that came in
  assertEquals(await visitor.read((session) => session.get("word1")), "word number 40");
});
