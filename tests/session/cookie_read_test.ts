import { assert, assertEquals } from "@std/assert";
import { getCookies } from "@std/http/cookie";
import { SessionCookie } from "../../src/session/cookie.ts";

/** Reads one cookie out of a header; an empty value is none. */
function readCookie(header: string | null, name: string): string | null {
  return new SessionCookie({ name }, false).read({ get: () => header });
}

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
  assertEquals(readCookie(header, "session"), value);
});

Deno.test("SessionCookie.read() finds any of 100 cookies", () => {
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

Deno.test("SessionCookie.read() finds what a header holds, taken apart", () => {
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
      assertEquals(readCookie(text, name), expected.get(name) || null, text);
      if (expected.has(name)) found++;
    }
  }
  assert(found > 500, `only ${found} cookies found`);
});

Deno.test("SessionCookie.read() takes linear time over hostile headers", () => {
  const started = performance.now();
  for (const piece of [";", " ", "s", "=", "s ", "session", "session;", "; "]) {
    const value = readCookie(piece.repeat(200_000 / piece.length) + "!", "session");
    assertEquals(value, null);
  }
  assert(performance.now() - started < 500);
});

Deno.test("SessionCookie.read() reads what the standard library reads", () => {
  for (const header of ["a=1; session=abc; b=2", "session=x", "b=session; session=y"]) {
    assertEquals(
      readCookie(header, "session"),
      getCookies(new Headers({ cookie: header })).session,
    );
  }
});
