import { assertEquals, assertThrows } from "@std/assert";
import { SessionCookie, type SessionCookieOptions } from "../../src/session/session_cookie.ts";

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
  Deno.test(`SessionCookie.set() writes the cookie for ${what}`, () => {
    const cookie = new SessionCookie(options, secure);
    assertEquals(cookie.set(new Response(), "v").headers.getSetCookie(), [line]);
    assertEquals(cookie.overhead, line.length - 1);
    assertEquals(line.startsWith(`${cookie.name}=`), true);
  });

  Deno.test(`SessionCookie.remove() removes the cookie for ${what}, attribute by attribute`, () => {
    const cookie = new SessionCookie(options, secure);
    const [removal = ""] = cookie.remove(new Response()).headers.getSetCookie();
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
    new SessionCookie({}, secure).read(
      new Request("http://shop.example/", { headers: { cookie: header } }),
    );
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
  ["a prefix", { name: "__Host-sid" }, true, "the prefix is added where the connection is https"],
  ["a prefix in lower case", { name: "__secure-sid" }, false, "the prefix is added"],
  ["no name", { name: "" }, false, "the name is empty"],
  ["a name with a space", { name: "my session" }, false, 'Cannot write the cookie "my session"'],
  ["a relative path", { path: "shop" }, false, 'the path "shop" does not start with /'],
  ["a domain that is none", { domain: "a b" }, true, '"a b" is not a domain'],
  ["half a second", { maxAge: 0.5 }, false, "a whole number of seconds from 0 is needed"],
  ["None over http", { sameSite: "None" }, false, 'sameSite "None" needs secure'],
];

for (const [what, options, secure, message] of REFUSED) {
  Deno.test(`SessionCookie refuses ${what}`, () => {
    assertThrows(() => new SessionCookie(options, secure), RangeError, message);
  });
}
