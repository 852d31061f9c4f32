import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { getCookies, getSetCookies } from "@std/http/cookie";
import { cookieWriter, readCookie } from "../../src/http/cookie.ts";

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
    ["session", ""],
    ["session ; a=1", ""],
    ["=x; session=abc", "abc"],
    [";;; ;session=abc;", "abc"],
    ["  \t session \t=abc", "abc"],
    ["a=1; session=abc ; b=2", "abc "],
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

Deno.test("readCookie() agrees with getCookies() where names are unique", () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  const alphabet = ["a", "b", "s", "=", ";", " ", "\t", '"', "a=1", "; s="];
  let compared = 0;
  for (let round = 0; round < 5000; round++) {
    const text = Array.from({ length: random(12) }, () => alphabet[random(alphabet.length)]).join(
      "",
    );
    const headers = new Headers({ cookie: text });
    const names = text.trim().split(";").map((piece) => piece.split("=", 1).join("").trim());
    if (new Set(names).size < names.length) continue;
    let expected: Partial<Record<string, string>>;
    try {
      expected = getCookies(headers);
    } catch {
      continue;
    }
    for (const name of ["a", "b", "s", "ab"]) {
      assertEquals(readCookie(headers.get("cookie"), name), expected[name] ?? null, text);
    }
    compared++;
  }
  assert(compared > 500, `only ${compared} headers compared`);
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
    [{ name: "a b" }, 'Cannot write the cookie "a b": Invalid cookie name'],
    [{ name: "a;b" }, "Invalid cookie name"],
    [{ name: "a=b" }, "Invalid cookie name"],
    [{ name: "é" }, "Invalid cookie name"],
    [{ name: "a\r\nb" }, "Invalid cookie name"],
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
