import { assert, assertEquals, assertFalse, assertMatch, assertNotEquals } from "@std/assert";
import type { Session } from "../../src/session/mod.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import { csrfToken, hasCsrfToken, renewCsrfToken, verifyCsrfToken } from "../../src/web/mod.ts";
import { randomBitsOf } from "../proof/randomness.ts";
import { watched } from "./watched.ts";
import { Visitor } from "../support/browser.ts";
import { cookieSessions, sessionsIn, type Values } from "../support/sessions.ts";
import { appOf } from "./app.ts";

async function blank(): Promise<Session<Values>> {
  return await cookieSessions().load(new Request("http://shop.example/"));
}

function decode(token: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(token, { alphabet: "base64url" });
}

function encode(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The mask of a token, the secret under it, and the secret itself. */
function parts(token: string): { mask: string; masked: string; secret: string } {
  const bytes = decode(token);
  const [mask, masked] = [bytes.subarray(0, 32), bytes.subarray(32)];
  const secret = masked.map((byte, index) => byte ^ (mask[index] ?? 0));
  return { mask: encode(mask), masked: encode(masked), secret: encode(secret) };
}

Deno.test("csrfToken() is 64 bytes in base64url, and looks different every time", async () => {
  const session = await blank();
  const tokens = new Set(Array.from({ length: 100 }, () => csrfToken(session)));
  assertEquals(tokens.size, 100);
  for (const token of tokens) {
    assertMatch(token, /^[\w-]{86}$/);
    assert(verifyCsrfToken(session, token));
  }
});

// Shows that each half alone is random to the last bit, so that a page's compressed length tells
// nothing of the secret. Compression itself is not measured.
Deno.test("csrfToken() hides the secret: no half of a token is another's", async () => {
  const session = await blank();
  const [one, two] = [csrfToken(session), csrfToken(session)];
  assertFalse(`${one} ${two}`.includes(parts(one).secret));
  assertNotEquals(one.slice(0, 40), two.slice(0, 40));
  assertNotEquals(one.slice(-40), two.slice(-40));
  assertEquals(await randomBitsOf(() => parts(csrfToken(session)).mask), 256);
  assertEquals(await randomBitsOf(() => parts(csrfToken(session)).masked), 256);
  assertEquals(await randomBitsOf(() => parts(csrfToken(session)).secret), 0);
});

Deno.test("csrfToken() draws a secret of 256 random bits", async () => {
  assertEquals(await randomBitsOf(async () => parts(csrfToken(await blank())).secret), 256);
  const renewed = async () => {
    const session = await blank();
    const { secret } = parts(csrfToken(session));
    renewCsrfToken(session);
    return secret + parts(csrfToken(session)).secret;
  };
  assertEquals(await randomBitsOf(renewed), 512);
});

Deno.test("csrfToken() draws a secret once, keeps it, and ends it with its session", async () => {
  const { browser } = appOf(({ session, request }) => {
    if (request.method === "POST") session.destroy();
    const token = request.headers.get("token");
    return Response.json({
      valid: verifyCsrfToken(session, token),
      secret: parts(csrfToken(session)).secret,
      token: csrfToken(session),
    });
  });
  const { token, secret, valid } = await (await browser.fetch("/")).json();
  assertEquals(parts(token).secret, secret);
  assertFalse(valid);
  const second = await browser.fetch("/", { headers: { token } });
  assertEquals(second.headers.getSetCookie(), [], "nothing changed");
  const again = await second.json();
  assertEquals(again.secret, secret);
  assert(again.valid);
  const ended = await (await browser.fetch("/", { method: "POST", headers: { token } })).json();
  assertFalse(ended.valid);
  assertNotEquals(ended.secret, secret);
  assertFalse((await (await browser.fetch("/", { headers: { token } })).json()).valid);
});

Deno.test("verifyCsrfToken() refuses every other token", async () => {
  const session = await blank();
  const bytes = decode(csrfToken(session));
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const changed = bytes.with(bit >> 3, (bytes[bit >> 3] ?? 0) ^ 1 << (bit & 7));
    assertFalse(verifyCsrfToken(session, encode(changed)), `bit ${bit}`);
  }
  // Two differences that would cancel out in a sum.
  const twice = bytes.with(32, (bytes[32] ?? 0) ^ 3).with(33, (bytes[33] ?? 0) ^ 3);
  assertFalse(verifyCsrfToken(session, encode(twice)));
  assertFalse(verifyCsrfToken(session, csrfToken(await blank())));
});

// Counts the bytes of the secret that are looked at. It does not measure time: whether the machine
// takes as long for equal bytes as for others, no test in JavaScript can show.
Deno.test("verifyCsrfToken() looks at all of the secret, wherever a token differs", async () => {
  const session = await blank();
  const bytes = decode(csrfToken(session));
  const { fromBase64 } = Uint8Array;
  const looksFor = (candidate: Uint8Array): number => {
    let looks = 0;
    Uint8Array.fromBase64 = (text, options) => {
      const decoded = Reflect.apply(fromBase64, Uint8Array, [text, options]);
      return decoded.length === 32 ? watched(decoded, () => looks++) : decoded;
    };
    try {
      verifyCsrfToken(session, encode(candidate));
    } finally {
      Uint8Array.fromBase64 = fromBase64;
    }
    return looks;
  };
  assertEquals(looksFor(bytes), 32);
  assertEquals(looksFor(bytes.map((byte) => byte ^ 255)), 32);
  for (let index = 32; index < 64; index++) {
    assertEquals(looksFor(bytes.with(index, (bytes[index] ?? 0) ^ 1)), 32, `byte ${index}`);
  }
});

for (
  const [what, candidate] of [
    ["nothing", null],
    ["an empty text", ""],
    ["too few bytes", "A".repeat(43)],
    ["too many bytes", "A".repeat(90)],
    ["zeros", "A".repeat(86)],
    ["letters beyond ASCII", "ü".repeat(86)],
    ["half a surrogate pair", "\ud800"],
    ["another alphabet", "+/".repeat(43)],
    ["spaces", " ".repeat(86)],
    ["a million letters", "A".repeat(1_000_000)],
  ] as const
) {
  Deno.test(`verifyCsrfToken() takes ${what} for wrong, without an exception`, async () => {
    const session = await blank();
    csrfToken(session);
    assertFalse(verifyCsrfToken(session, candidate));
  });
}

Deno.test("verifyCsrfToken() accepts none where the session never made one", async () => {
  const session = await blank();
  assertFalse(verifyCsrfToken(session, csrfToken(await blank())));
  assertFalse(verifyCsrfToken(session, "A".repeat(86)));
  assertFalse(hasCsrfToken(session));
});

Deno.test("verifyCsrfToken() leaves the token usable: the form may be sent again", async () => {
  const session = await blank();
  const token = csrfToken(session);
  assert(verifyCsrfToken(session, token) && verifyCsrfToken(session, token));
});

Deno.test("renewCsrfToken() makes all tokens so far invalid", async () => {
  const session = await blank();
  const old = csrfToken(session);
  renewCsrfToken(session);
  assertFalse(verifyCsrfToken(session, old));
  assert(verifyCsrfToken(session, csrfToken(session)));
});

for (
  const [name, change, kept] of [
    ["csrfToken() keeps the first of two secrets that requests draw at once", csrfToken, true],
    ["renewCsrfToken() replaces a secret drawn meanwhile", renewCsrfToken, false],
  ] as const
) {
  Deno.test(name, async () => {
    const sessions = sessionsIn(new MemoryStore());
    const visitor = new Visitor(sessions);
    await visitor.visit((session) => {
      session.set("name", "Ada");
      if (!kept) csrfToken(session);
    });
    const one = await sessions.load(visitor.request());
    const two = await sessions.load(visitor.request());
    change(two);
    if (!kept) renewCsrfToken(one);
    const token = csrfToken(one);
    for (const session of [one, two]) await sessions.commit(session, new Response("ok"));
    assertEquals(await visitor.read((session) => verifyCsrfToken(session, token)), kept);
  });
}
