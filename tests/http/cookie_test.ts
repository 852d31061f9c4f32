import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { getSetCookies } from "@std/http/cookie";
import { cookieWriter, readCookie } from "../../src/session/cookie.ts";

Deno.test.each(
  [
    ["session=abc", "abc"],
    ["a=1; session=abc; b=2", "abc"],
    ["a=1;session=abc;b=2", "abc"],
    ["session=first; session=second", "first"],
    ["xsession=no; sessionx=no; session=yes", "yes"],
    ["x=session=no; session=yes", "yes"],
    ["session=a=b==", "a=b=="],
    ['session="quoted"', '"quoted"'],
    ["session=", ""],
    ["session= ", ""],
    ["session= \t; a=1", ""],
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
)("readCookie() reads %j as %j", (header, value) => {
  assertEquals(readCookie(header, "session"), value);
});

Deno.test("readCookie() finds any of 100 cookies", () => {
  const header = Array.from({ length: 100 }, (_, i) => `cookie${i}=value${i}`).join("; ");
  for (let i = 0; i < 100; i++) assertEquals(readCookie(header, `cookie${i}`), `value${i}`);
  assertEquals(readCookie(header, "cookie"), null);
  assertEquals(readCookie(header, "cookie100"), null);
});

/** Takes a header apart as browsers put it together (RFC 6265bis, section 5.8.3); the first wins. */
function taken(header: string): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of header.split(";")) {
    const [name = "", ...value] = pair.split("=");
    const key = name.replace(/^[ \t]+|[ \t]+$/g, "");
    if (value.length === 0 || cookies.has(key)) continue;
    cookies.set(key, value.join("=").replace(/^[ \t]+|[ \t]+$/g, ""));
  }
  return cookies;
}

Deno.test("readCookie() finds what a header holds, taken apart", () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  const alphabet = ["a", "b", "s", "=", ";", " ", "\t", '"', "a=1", "; s="];
  let found = 0;
  for (let round = 0; round < 5000; round++) {
    const text = Array.from({ length: random(12) }, () => alphabet[random(alphabet.length)]).join(
      "",
    );
    const expected = taken(text);
    for (const name of ["a", "b", "s", "ab"]) {
      assertEquals(readCookie(text, name), expected.get(name) ?? null, text);
      if (expected.has(name)) found++;
    }
  }
  assert(found > 500, `only ${found} cookies found`);
});

Deno.test("readCookie() takes linear time over hostile headers", () => {
  const started = performance.now();
  for (const piece of [";", " ", "s", "=", "s ", "session", "session;", "; "]) {
    const value = readCookie(piece.repeat(200_000 / piece.length) + "!", "session");
    assert(value === null || value === "");
  }
  assert(performance.now() - started < 500);
});

Deno.test("cookieWriter() writes what setCookie() writes", () => {
  const writer = cookieWriter({
    name: "session",
    path: "/",
    domain: "shop.example",
    sameSite: "Lax",
    maxAge: 60,
    secure: true,
    httpOnly: true,
    partitioned: true,
  });
  const text = writer.set("abc");
  assertEquals(
    text,
    "session=abc; Secure; HttpOnly; Partitioned; Max-Age=60; Domain=shop.example; " +
      "SameSite=Lax; Path=/",
  );
  assertEquals(writer.set("x"), text.replace("abc", "x"), "the writer can be used again");
});

Deno.test("cookieWriter() counts the bytes beside the value", () => {
  const writer = cookieWriter({ name: "session", path: "/", httpOnly: true });
  for (const value of ["", "a", "a".repeat(4000)]) {
    const bytes = new TextEncoder().encode(writer.set(value)).length;
    assertEquals(writer.overhead + value.length, bytes);
  }
});

Deno.test("cookieWriter() removes with the same name, path, domain and flags", () => {
  const writer = cookieWriter({
    name: "session",
    path: "/app",
    domain: "shop.example",
    sameSite: "Lax",
    maxAge: 60,
    secure: true,
    httpOnly: true,
  });
  const [cookie] = getSetCookies(new Headers({ "set-cookie": writer.remove() }));
  assertEquals(cookie, {
    name: "session",
    value: "",
    path: "/app",
    domain: "shop.example",
    sameSite: "Lax",
    maxAge: 0,
    expires: new Date(0),
    secure: true,
    httpOnly: true,
  });
});

Deno.test("cookieWriter() does not change the attributes it is given", () => {
  const attributes = Object.freeze({ name: "__Host-session", path: "/", secure: true });
  assertStringIncludes(cookieWriter(attributes).set("a"), "__Host-session=a; Secure; Path=/");
});

Deno.test.each(
  [
    [{ name: "" }, "the name is empty"],
    [
      { name: "a b" },
      'Cannot write the cookie "a b": the name has characters that no cookie\'s name can have',
    ],
    [{ name: "a;b" }, "the name has characters"],
    [{ name: "a=b" }, "the name has characters"],
    [{ name: "é" }, "the name has characters"],
    [{ name: "a\r\nb" }, "the name has characters"],
    [{ name: "a", path: "/;b" }, "invalid character"],
    [{ name: "a", path: "/\n" }, "invalid character"],
    [{ name: "a", path: "b" }, "does not start with /"],
    [{ name: "a", path: "" }, "does not start with /"],
    [{ name: "a", domain: "" }, "is not a domain"],
    [{ name: "a", domain: "b; Secure" }, "is not a domain"],
    [{ name: "a", domain: "-b" }, "is not a domain"],
    [{ name: "a", domain: "b." }, "is not a domain"],
    [{ name: "a", domain: "b:80" }, "is not a domain"],
    [{ name: "a", maxAge: -1 }, "maxAge is -1"],
    [{ name: "a", maxAge: 1.5 }, "maxAge is 1.5"],
    [{ name: "a", maxAge: NaN }, "maxAge is NaN"],
    [{ name: "a", maxAge: Infinity }, "maxAge is Infinity"],
    [{ name: "a", sameSite: "lax" as "Lax" }, 'sameSite is "lax"'],
    [{ name: "a", sameSite: "None" }, 'sameSite "None" needs secure'],
    [{ name: "a", partitioned: true }, "partitioned needs secure"],
    [{ name: "__Secure-a" }, "its prefix needs secure"],
    [{ name: "__Host-a", path: "/" }, "its prefix needs secure"],
    [{ name: "__host-a", path: "/" }, "its prefix needs secure"],
    [{ name: "__Http-a" }, "its prefix needs secure"],
    [{ name: "__HTTP-a", httpOnly: true }, "its prefix needs secure"],
    [{ name: "__Http-a", secure: true }, "its prefix needs httpOnly"],
    [{ name: "__hTTP-a", secure: true }, "its prefix needs httpOnly"],
    [{ name: "__Host-Http-a", path: "/", httpOnly: true }, "its prefix needs secure"],
    [{ name: "__Host-Http-a", path: "/", secure: true }, "its prefix needs httpOnly"],
    [{ name: "__host-http-a", path: "/", secure: true }, "its prefix needs httpOnly"],
    [
      { name: "__Host-Http-a", path: "/b", secure: true, httpOnly: true },
      "needs the path / and no domain",
    ],
    [
      { name: "__HOST-HTTP-a", path: "/", domain: "b.example", secure: true, httpOnly: true },
      "needs the path / and no domain",
    ],
    [{ name: "__Host-a", secure: true }, "needs the path / and no domain"],
    [{ name: "__Host-a", secure: true, path: "/b" }, "needs the path / and no domain"],
    [
      { name: "__Host-a", secure: true, path: "/", domain: "b.example" },
      "needs the path / and no domain",
    ],
  ] as const,
)("cookieWriter() refuses %j: %s", (attributes, message) => {
  assertThrows(() => cookieWriter(attributes), RangeError, message);
});

Deno.test.each([".shop.example", "localhost", "127.0.0.1", "xn--caf-dma.example", "A-b.c"])(
  "cookieWriter() accepts the domain %s",
  (domain) => {
    assertStringIncludes(cookieWriter({ name: "a", domain }).set("b"), `Domain=${domain}`);
  },
);

Deno.test.each([
  ["__Http-a", "__Http-a=b; Secure; HttpOnly; Domain=shop.example; SameSite=Lax; Path=/c"],
  ["__Hostess", "__Hostess=b; Secure; HttpOnly; Domain=shop.example; SameSite=Lax; Path=/c"],
  ["__Securely", "__Securely=b; Secure; HttpOnly; Domain=shop.example; SameSite=Lax; Path=/c"],
])("cookieWriter() writes %s with the attributes it is given", (name, line) => {
  const domain = "shop.example";
  const rest = { domain, sameSite: "Lax", path: "/c", secure: true, httpOnly: true } as const;
  assertEquals(cookieWriter({ name, ...rest }).set("b"), line);
});

Deno.test("cookieWriter() takes __Hostess and the like for ordinary names", () => {
  for (const name of ["__Hostess", "__Host", "__Secures", "__Httpd", "__Host_Http-a", "Http-a"]) {
    const writer = cookieWriter({ name, path: "/a" });
    assertEquals(writer.set("b"), `${name}=b; Path=/a`);
    assert(writer.remove().startsWith(`${name}=; Max-Age=0; Path=/a; `), writer.remove());
  }
  const attributes = { name: "__Host-Http-a", path: "/", secure: true, httpOnly: true };
  assertEquals(cookieWriter(attributes).set("b"), "__Host-Http-a=b; Secure; HttpOnly; Path=/");
});
