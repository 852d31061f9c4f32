import type { SessionCookieOptions } from "@satchel/satchel";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { SessionCookie } from "../../src/session/cookie.ts";
import { Visitor } from "../support/browser.ts";
import { cookieSessions } from "../support/sessions.ts";

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
  [
    "each site around it",
    { sameSite: "None", partitioned: true },
    true,
    "__Host-session=v; Secure; HttpOnly; SameSite=None; Path=/; Partitioned",
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
  Deno.test(`SessionCookie writes and removes the cookie for ${what}`, () => {
    const cookie = new SessionCookie(options, secure);
    assertEquals(cookie.line("v", options.maxAge ?? Infinity), line);
    assert(line.startsWith(`${cookie.name}=`));
    const ending = "; Max-Age=0";
    const attributes = line.replace("=v;", "=;").replace("; Max-Age=60", "");
    assertEquals(cookie.removal(), attributes.replace("; HttpOnly", `; HttpOnly${ending}`));
  });
}

const REFUSED: [what: string, options: SessionCookieOptions, secure: boolean, message: string][] = [
  ["a prefix", { name: "__Host-sid" }, true, "the prefix is added over https"],
  ["a prefix in lower case", { name: "__secure-sid" }, false, "the prefix is added"],
  ["__Http- without secure", { name: "__Http-a" }, true, "its prefix needs secure: true"],
  ["__HTTP- without secure", { name: "__HTTP-A" }, false, "its prefix needs secure: true"],
  ["__Host-Http- without secure", { name: "__Host-Http-a" }, true, "its prefix needs secure"],
  [
    "__Host-Http- of a path",
    { name: "__Host-Http-a", secure: true, path: "/a" },
    true,
    "its prefix needs the path / and no domain",
  ],
  [
    "__host-HTTP- of a domain",
    { name: "__host-HTTP-a", secure: true, domain: "b.example" },
    true,
    "its prefix needs the path / and no domain",
  ],
  ["a prefix with secure", { name: "__Host-a", secure: true }, true, "the prefix is added"],
  ["two prefixes", { name: "__Secure-Http-a", secure: true }, true, "the prefix is added"],
  ["no name", { name: "" }, false, "its name is not a token"],
  ["a name with a space", { name: "my session" }, false, 'Cannot use the cookie "my session"'],
  ["a name with a semicolon", { name: "a;b" }, false, "its name is not a token"],
  ["a name with an equals sign", { name: "a=b" }, false, "its name is not a token"],
  ["a name beyond ASCII", { name: "é" }, false, "its name is not a token"],
  ["a name with a line end", { name: "a\r\nb" }, false, "its name is not a token"],
  ["a former name with a space", { formerly: ["sid", "a b"] }, false, "its name is not a token"],
  ["an empty former name", { formerly: [""] }, true, "its name is not a token"],
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
  ["sameSite in lower case", { sameSite: "lax" as "Lax" }, false, 'sameSite "lax" is not'],
  ["partitioned over http", { partitioned: true }, false, "partitioned needs secure"],
  ["None over http", { sameSite: "None" }, false, 'sameSite "None" needs secure'],
];

for (const [what, options, secure, message] of REFUSED) {
  Deno.test(`SessionCookie refuses ${what}`, () => {
    assertThrows(() => new SessionCookie(options, secure), RangeError, message);
  });
}

Deno.test.each([".shop.example", "localhost", "127.0.0.1", "xn--caf-dma.example", "A-b.c"])(
  "SessionCookie accepts the domain %s",
  (domain) => {
    assert(new SessionCookie({ domain }, true).line("v", Infinity).includes(`; Domain=${domain};`));
  },
);

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
  Deno.test(`Sessions write a cookie of the name ${JSON.stringify(cookie)}`, async () => {
    for (const [scheme, start] of [["https", https], ["http", http]] as const) {
      const visitor = new Visitor(cookieSessions({ cookie }), `${scheme}://shop.example/`);
      await visitor.visit((session) => void session.set("a", 1));
      const line = visitor.line?.replace(/=[\w-]+;/, "=v;") ?? "";
      assert(line.startsWith(start) && line.includes("; HttpOnly;"), line);
      assert(line.endsWith(`; Path=${cookie.path ?? "/"}`), line);
    }
  });
}

/** Reads the first cookie `session`, or another one; an empty value is none. */
function read(cookie: string | null, name = "session"): string | null {
  return readAll(cookie, name)[0] ?? null;
}

/** Reads all cookies of a name. */
function readAll(cookie: string | null, name = "session"): string[] {
  return new SessionCookie({ name }, false).read({ get: () => cookie }).map(([, value]) => value);
}

Deno.test.each(
  [
    ["__Host-session=y; session=x", "x"],
    ["session=abc", "abc"],
    ["a=1; session=abc; b=2", "abc"],
    ["a=1;session=abc;b=2", "abc"],
    ["session=first; session=second", "first"],
    ["session=; session=second", "second"],
    ["xsession=no; sessionx=no; session=yes", "yes"],
    ["x=session=no; session=yes", "yes"],
    ["session=a=b==", "a=b=="],
    ['session="quoted"', '"quoted"'],
    ["session=", null],
    ["session= ", null],
    ["session= \t; a=1", null],
    ["session=\t abc \t", "abc"],
    ["session= a b ", "a b"],
    ["a=1;\tsession\t=\tabc\t; b=2", "abc"],
    ["session; session=abc", "abc"],
    ["session ; session=abc", "abc"],
    ["=session=no; session=abc", "abc"],
    ["session", null],
    ["session ; a=1", null],
    ["a=1; session", null],
    ["session; a=session", null],
    ["=session=abc", null],
    [" = session=abc", null],
    ["\u00a0session=abc", null],
    ["session=\u00a0abc", "\u00a0abc"],
    ["=x; session=abc", "abc"],
    [";;; ;session=abc;", "abc"],
    ["  \t session \t=abc", "abc"],
    ["a=1; session=abc ; b=2", "abc"],
    ["session=\u00ff\u0001", "\u00ff\u0001"],
    ["a; b; session=abc", "abc"],
    ["SESSION=no", null],
    ["sessio", null],
    ["=session", null],
    ["a=session", null],
    ["session x=no", null],
    ["", null],
    [";", null],
    ["=", null],
    [null, null],
  ] as const,
)("SessionCookie.read() reads %j as %j", (header, value) => {
  assertEquals(read(header), value);
});

Deno.test("SessionCookie.read() finds any of 100 cookies", () => {
  const header = Array.from({ length: 100 }, (_, i) => `cookie${i}=value${i}`).join("; ");
  for (let i = 0; i < 100; i++) assertEquals(read(header, `cookie${i}`), `value${i}`);
  assertEquals(read(header, "cookie"), null);
  assertEquals(read(header, "cookie100"), null);
});

/** Takes a header apart as browsers put it together (RFC 6265bis, section 5.8.3). */
function taken(header: string, name: string): string[] {
  return header.split(";").flatMap((pair) => {
    const [key = "", ...value] = pair.split("=");
    const text = value.join("=").replace(/^[ \t]+|[ \t]+$/g, "");
    return text !== "" && key.replace(/^[ \t]+|[ \t]+$/g, "") === name ? [text] : [];
  }).slice(0, 4);
}

Deno.test("SessionCookie.read() finds what a header holds, taken apart", () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  const alphabet = ["a", "b", "s", "=", ";", " ", "\t", '"', "a=1", "; s="];
  let found = 0;
  for (let round = 0; round < 5000; round++) {
    const text = Array.from({ length: random(12) }, () => alphabet[random(alphabet.length)]).join(
      "",
    );
    for (const name of ["a", "b", "s", "ab"]) {
      const expected = taken(text, name);
      assertEquals(readAll(text, name), expected, text);
      if (expected.length > 0) found++;
    }
  }
  assert(found > 500, `only ${found} cookies found`);
});

Deno.test("SessionCookie.read() takes linear time over hostile headers", () => {
  const started = performance.now();
  for (const piece of [";", " ", "s", "=", "s ", "session", "session;", "; "]) {
    const value = read(piece.repeat(200_000 / piece.length) + "!", "session");
    assertEquals(value, null);
  }
  assert(performance.now() - started < 500);
});

Deno.test("Sessions take no cookie without a name for their own", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => void session.set("a", 1));
  const { value } = visitor;
  for (
    const [cookie, found] of [
      [`session; session = ${value}\t; b=1`, 1],
      [`=session=${value}`, undefined],
    ] as const
  ) {
    visitor.cookie = cookie;
    assertEquals(await visitor.read((session) => session.get("a")), found);
  }
});

Deno.test("Sessions keep http and https apart, each with its own cookie", async () => {
  const sessions = cookieSessions();
  const plain = new Visitor(sessions);
  const secure = new Visitor(sessions, "https://shop.example/");
  for (const visitor of [plain, secure]) await visitor.visit((session) => void session.set("a", 1));
  const { value } = secure;
  for (
    const [visitor, cookie] of [
      [plain, `__Host-session=${value}`],
      [plain, `session=${value}`], // the seal holds under its own name only
      [secure, `session=${plain.value}`],
      [secure, `__Host-session=${plain.value}`],
    ] as const
  ) {
    visitor.cookie = cookie;
    assert(await visitor.read((session) => session.isNew), cookie);
  }
});
