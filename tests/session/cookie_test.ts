import { SECRET } from "./visitor.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { CookieStore, Sessions } from "../../src/session/mod.ts";
import { SessionCookie, type SessionCookieOptions } from "../../src/session/cookie.ts";

const LINES: [what: string, options: SessionCookieOptions, secure: boolean, line: string][] = [
  ["http", {}, false, "session=v; HttpOnly; SameSite=Lax; Path=/"],
  ["https", {}, true, "__Host-session=v; Secure; HttpOnly; SameSite=Lax; Path=/"],
  ["a name", { name: "sid" }, true, "__Host-sid=v; Secure; HttpOnly; SameSite=Lax; Path=/"],
  [
    "a path",
    { path: "/shop" },
    true,
    "__Secure-session=v; Secure; HttpOnly; SameSite=Lax; Path=/shop",
  ],
  ["a path over http", { path: "/shop" }, false, "session=v; HttpOnly; SameSite=Lax; Path=/shop"],
  [
    "a domain",
    { domain: "shop.example" },
    true,
    "__Secure-session=v; Secure; HttpOnly; Domain=shop.example; SameSite=Lax; Path=/",
  ],
  ["a time", { maxAge: 60 }, false, "session=v; HttpOnly; Max-Age=60; SameSite=Lax; Path=/"],
  ["Strict", { sameSite: "Strict" }, false, "session=v; HttpOnly; SameSite=Strict; Path=/"],
  [
    "None",
    { sameSite: "None" },
    true,
    "__Host-session=v; Secure; HttpOnly; SameSite=None; Path=/",
  ],
];

for (const [what, options, secure, line] of LINES) {
  Deno.test(`SessionCookie.line() writes the cookie for ${what}`, () => {
    const cookie = new SessionCookie(options, secure);
    assertEquals(cookie.line("v"), line);
    assertEquals(cookie.overhead, line.length - 1);
    assertEquals(line.startsWith(`${cookie.name}=`), true);
  });

  Deno.test(`SessionCookie.removal() removes the cookie for ${what}, attribute by attribute`, () => {
    const cookie = new SessionCookie(options, secure);
    const removal = cookie.removal();
    const kept = line.replace("=v;", "=;").replace("; Max-Age=60", "").split("; ");
    const ending = ["Max-Age=0", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"];
    assertEquals(removal.split("; ").sort(), [...kept, ...ending].sort());
  });
}

Deno.test("SessionCookie.hasMaxAge tells whether browsers keep it for a time", () => {
  assertEquals(new SessionCookie({}, false).hasMaxAge, false);
  assertEquals(new SessionCookie({ maxAge: 60 }, false).hasMaxAge, true);
});

Deno.test("SessionCookie.read() finds its own cookie", () => {
  const read = (header: string, secure = false) =>
    new SessionCookie({}, secure).read(new Headers({ cookie: header }));
  assertEquals(read("a=1; session=x"), "x");
  assertEquals(read("__Host-session=y; session=x"), "x");
  assertEquals(read("__Host-session=y; session=x", true), "y");
  assertEquals(read("session=first; session=second"), "first");
  assertEquals([read("session="), read("session"), read("Session=x"), read("")], [
    null,
    null,
    null,
    null,
  ]);
});

const REFUSED: [what: string, options: SessionCookieOptions, secure: boolean, message: string][] = [
  ["a prefix", { name: "__Host-sid" }, true, "the prefix is added over https"],
  ["a prefix in lower case", { name: "__secure-sid" }, false, "the prefix is added"],
  ["no name", { name: "" }, false, "its name is not a token"],
  ["a name with a space", { name: "my session" }, false, 'Cannot use the cookie "my session"'],
  ["a name with a semicolon", { name: "a;b" }, false, "its name is not a token"],
  ["a name with an equals sign", { name: "a=b" }, false, "its name is not a token"],
  ["a name beyond ASCII", { name: "é" }, false, "its name is not a token"],
  ["a name with a line end", { name: "a\r\nb" }, false, "its name is not a token"],
  ["a relative path", { path: "shop" }, false, '"shop" is not a path that starts with /'],
  ["an empty path", { path: "" }, false, "is not a path"],
  ["a path with a semicolon", { path: "/;b" }, false, "is not a path"],
  ["a path with a line end", { path: "/\n" }, false, "is not a path"],
  ["an empty domain", { domain: "" }, true, '"" is not a domain'],
  ["a domain with a space", { domain: "a b" }, true, '"a b" is not a domain'],
  ["a domain with an attribute", { domain: "b; Secure" }, true, "is not a domain"],
  ["a domain with a dash before it", { domain: "-b" }, true, "is not a domain"],
  ["a domain with a dot behind it", { domain: "b." }, true, "is not a domain"],
  ["a domain with a port", { domain: "b:80" }, true, "is not a domain"],
  ["half a second", { maxAge: 0.5 }, false, "a whole number of seconds from 0 is needed"],
  ["a negative time", { maxAge: -1 }, false, "Cannot use maxAge -1"],
  ["no number as a time", { maxAge: NaN }, false, "Cannot use maxAge NaN"],
  ["endless time", { maxAge: Infinity }, false, "Cannot use maxAge Infinity"],
  ["sameSite in lower case", { sameSite: "lax" as "Lax" }, false, 'sameSite "lax" is not'],
  ["None over http", { sameSite: "None" }, false, 'sameSite "None" needs secure'],
];

for (const [what, options, secure, message] of REFUSED) {
  Deno.test(`SessionCookie refuses ${what}`, () => {
    assertThrows(() => new SessionCookie(options, secure), RangeError, message);
  });
}

/** The line that sets the session's cookie over https, and over http. */
async function linesOf(cookie: SessionCookieOptions): Promise<(string | undefined)[]> {
  const store = new CookieStore({ secrets: [SECRET] });
  const sessions = new Sessions<{ a: number }>({ store, cookie });
  return await Promise.all(["https", "http"].map(async (scheme) => {
    const request = new Request(`${scheme}://shop.example/`);
    const response = await sessions.handle(request, (session) => {
      return new Response(`${session.set("a", 1).size}`);
    });
    return response.headers.getSetCookie()[0]?.replace(/=[\w-]+;/, "=v;");
  }));
}

const SECURE = { secure: true };
const PREFIXED: [cookie: SessionCookieOptions, https: string, http: string][] = [
  [{ name: "__Http-sid", ...SECURE }, "__Http-sid=v; Secure; ", "__Http-sid=v; Secure; "],
  [{ name: "__http-sid", ...SECURE, path: "/a" }, "__http-sid=v; Secure; ", "__http-sid=v; Sec"],
  [{ name: "__Host-Http-sid", ...SECURE }, "__Host-Http-sid=v; Secure; ", "__Host-Http-sid=v; "],
  [{ name: "Http-sid" }, "__Host-Http-sid=v; Secure; ", "Http-sid=v; "],
  [{ name: "__Hostess" }, "__Host-__Hostess=v; Secure; ", "__Hostess=v; "],
  [{ name: "__Hostess", path: "/a" }, "__Secure-__Hostess=v; Secure; ", "__Hostess=v; "],
  [{ name: "__Securely" }, "__Host-__Securely=v; Secure; ", "__Securely=v; "],
];

for (const [cookie, https, http] of PREFIXED) {
  Deno.test(`Sessions writes a cookie of the name ${JSON.stringify(cookie)}`, async () => {
    const [secure = "", plain = ""] = await linesOf(cookie);
    assert(secure.startsWith(https), secure);
    assert(plain.startsWith(http), plain);
    assert([secure, plain].every((line) => line.includes("; HttpOnly;")));
    const path = cookie.path ?? "/";
    assert([secure, plain].every((line) => line.endsWith(`; Path=${path}`)), plain);
  });
}

for (
  const [cookie, message] of [
    [{ name: "__Http-sid" }, "its prefix needs secure"],
    [{ name: "__HTTP-SID" }, "its prefix needs secure"],
    [{ name: "__Host-Http-sid" }, "its prefix needs secure"],
    [{ name: "__Host-Http-sid", ...SECURE, path: "/a" }, "needs the path / and no domain"],
    [{ name: "__host-HTTP-sid", ...SECURE, domain: "b.example" }, "needs the path / and no domain"],
    [{ name: "__Host-sid", ...SECURE }, "the prefix is added over https"],
    [{ name: "__Secure-Http-sid", ...SECURE }, "the prefix is added"],
  ] as [SessionCookieOptions, string][]
) {
  Deno.test(`Sessions refuses a cookie of the name ${JSON.stringify(cookie)}`, () => {
    const store = new CookieStore({ secrets: [SECRET] });
    assertThrows(() => new Sessions({ store, cookie }), RangeError, message);
  });
}

Deno.test("Sessions takes no cookie without a name for its own", async () => {
  const store = new CookieStore({ secrets: [SECRET] });
  const sessions = new Sessions<{ a: number }>({ store });
  const written = await sessions.handle(new Request("http://shop.example/"), (session) => {
    return new Response(`${session.set("a", 1).size}`);
  });
  const value = /^session=([\w-]+);/.exec(written.headers.getSetCookie()[0] ?? "")?.[1];
  const read = async (cookie: string): Promise<number | undefined> => {
    const request = new Request("http://shop.example/", { headers: { cookie } });
    return (await sessions.load(request)).get("a");
  };
  assertEquals(await read(`session; session = ${value}\t; b=1`), 1);
  assertEquals(await read(`=session=${value}`), undefined);
});
