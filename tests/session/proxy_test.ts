import { assert, assertEquals } from "@std/assert";
import { Visitor } from "../support/browser.ts";
import { cookieSessions } from "../support/sessions.ts";

Deno.test.each<
  [trustProxy: boolean | undefined, url: string, proto: string | null, isHttps: boolean]
>([
  [undefined, "http://shop.example/", "https", false],
  [undefined, "https://shop.example/", "http", true],
  [false, "http://shop.example/", null, false],
  [false, "https://shop.example/", null, true],
  [false, "http://shop.example/", "https", false],
  [false, "https://shop.example/", "http", true],
  [true, "http://shop.example/", null, false],
  [true, "https://shop.example/", null, true],
  [true, "http://shop.example/", "https", true],
  [true, "https://shop.example/", "http", false],
  [true, "http://shop.example/", " HTTPS , http", true],
  [true, "http://shop.example/", "http, https", false],
  [true, "http://shop.example/", ", https", false],
  [true, "http://shop.example/", "", false],
  [true, "https://shop.example/", "", true],
  [true, "http://shop.example/", "javascript", false],
  [true, "https://shop.example/", "javascript", true],
  [true, "http://shop.example/", "wss", true],
  [true, "https://shop.example/", "ws", false],
  [false, "http://shop.example/", "wss", false],
  [true, "http://shop.example/", "WSS, ws", true],
  [true, "http://shop.example/", "wsss", false],
  [true, "http://shop.example/", "httpss", false],
])("Sessions with trustProxy: %s take %s with X-Forwarded-Proto %j for https: %s", async (
  trustProxy,
  url,
  proto,
  isHttps,
) => {
  for (const secure of [undefined, true]) {
    const visitor = new Visitor(cookieSessions({ trustProxy, cookie: { secure } }), url);
    const headers: HeadersInit = proto === null ? {} : { "x-forwarded-proto": proto };
    await visitor.visit((session) => void session.set("a", 1), { headers });
    const isSecure = isHttps || secure === true;
    assertEquals(visitor.line?.startsWith("__Host-session="), isSecure);
    assertEquals(visitor.line?.includes("; Secure"), isSecure);
  }
});

/** What `Forwarded` says, and whether it says https; null: nothing that is understood. */
const FORWARDED: [header: string, isHttps: boolean | null][] = [
  ["proto=https", true],
  ["proto=http", false],
  ["proto=wss", true],
  ["Proto=HTTPS", true],
  ['proto="https"', true],
  ['proto="ht\\tps"', true],
  ["for=192.0.2.60;proto=https;by=203.0.113.43", true],
  [" for=192.0.2.60 ; proto=https ", true],
  [";;proto=https;", true],
  ["proto=https, proto=http", true],
  ["proto=http, proto=https", false],
  ['for="[2001:db8::1]:80, x";proto=https', true],
  ['for="a\\";proto=http;b=\\"";proto=https', true],
  ["for=192.0.2.60, proto=https", null],
  [", proto=https", null],
  ['for="a;proto=https"', null],
  ['for="a;proto=https;b"', null],
  ['for="a,b";by="c,proto=https;d"', null],
  ['for="a,proto=https', null],
  ['proto="https', null],
  ["xproto=https", null],
  ["proto", null],
  ["https", null],
  ["proto=", null],
  ["proto=javascript", null],
  ["", null],
];

for (const [forwarded, isHttps] of FORWARDED) {
  Deno.test(`Sessions understand Forwarded: ${forwarded} behind a trusted proxy, and only there`, async () => {
    for (const scheme of ["http", "https"]) {
      for (const trustProxy of [true, false]) {
        const visitor = new Visitor(cookieSessions({ trustProxy }), `${scheme}://shop.example/`);
        await visitor.visit((session) => void session.set("a", 1), { headers: { forwarded } });
        const expected = (trustProxy ? isHttps : null) ?? scheme === "https";
        assertEquals(visitor.line?.startsWith("__Host-session="), expected);
      }
    }
  });
}

Deno.test("Sessions believe X-Forwarded-Proto before Forwarded", async () => {
  const visitor = new Visitor(cookieSessions({ trustProxy: true }));
  const headers = { forwarded: "proto=https", "x-forwarded-proto": "http" };
  await visitor.visit((session) => void session.set("a", 1), { headers });
  assert(visitor.line?.startsWith("session="));
});

Deno.test("Sessions read a hostile Forwarded in linear time", async () => {
  const visitor = new Visitor(cookieSessions({ trustProxy: true }));
  for (const piece of ['"', '"\\', "a", "=", ";", '"";', "a=", '\\"', 'a="b\\";c"', "a=b;"]) {
    for (const end of ["", "!"]) {
      const forwarded = piece.repeat(50_000 / piece.length) + end;
      const started = performance.now();
      assert(await visitor.read((session) => session.isNew, { headers: { forwarded } }));
      assert(performance.now() - started < 1000, piece);
    }
  }
});
