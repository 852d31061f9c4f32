import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  CookieStore,
  decodeRecord,
  encodeRecord,
  generateSecret,
  readCookie,
  type RememberedForm,
} from "../../src/mod.ts";
import { toJsonValue } from "../../src/session/json.ts";
import { blankRecord, type SessionRecord } from "../../src/session/record.ts";
import { cookieSessions, SECRET, Visitor } from "../session/visitor.ts";
import { anyJson, anyText, fc, headerText, property } from "./property.ts";

const BORN = 1_767_225_600;

const plain = { noNullPrototype: true };
const anyPairs = fc.array(fc.tuple(anyText, anyText), { maxLength: 3 });
const anyForm: fc.Arbitrary<RememberedForm> = fc.record({
  values: anyPairs,
  errors: anyPairs,
  omitted: fc.array(anyText, { maxLength: 3 }),
}, plain);
const anyRecord: fc.Arbitrary<SessionRecord> = fc.record({
  data: fc.array(fc.tuple(anyText, anyJson), { maxLength: 6 }).map((entries) =>
    Object.fromEntries(entries.map(([key, value]) => [key, toJsonValue(value, "value")]))
  ),
  flash: fc.array(fc.record({ level: anyText, message: anyText }, plain), { maxLength: 5 }),
  forms: fc.array(fc.tuple(anyText, anyForm), { maxLength: 3 }).map((forms) => new Map(forms)),
  csrf: fc.option(anyText),
  createdAt: fc.integer({ min: 0, max: BORN }),
  renewedAt: fc.integer({ min: 0, max: BORN }),
  owner: fc.option(anyText),
}, plain);

/** The order of whole numbers among the keys is JavaScript's, not the application's. */
function comparable(record: SessionRecord | null) {
  return record &&
    { ...record, data: new Map(Object.entries(record.data).sort(([a], [b]) => a < b ? -1 : 1)) };
}

property("any record is written and read as it was", { record: anyRecord }, ({ record }) => {
  assertEquals(comparable(decodeRecord(encodeRecord(record))), comparable(record));
});

property(
  "any record that fits a cookie seals and unseals to itself, on another machine too",
  { record: anyRecord },
  async ({ record }) => {
    const [here, there] = [SECRET, SECRET].map((secret) => new CookieStore({ secrets: [secret] }));
    fc.pre(encodeRecord(record).length <= 4096);
    const value = await here?.save({
      cookieName: "session",
      value: null,
      loaded: null,
      record,
      regenerate: false,
      lifetime: null,
      label: "",
    }) ?? "";
    for (const store of [here, there]) {
      const loaded = await store?.load(value, "session");
      assertEquals(comparable(loaded?.record ?? null), comparable(record));
    }
  },
);

property(
  "any value comes back from a visitor's next request as the application set it",
  { key: anyText, value: anyJson },
  async ({ key, value }) => {
    const visitor = new Visitor(cookieSessions());
    const kept = toJsonValue(value, "value");
    fc.pre(encodeRecord({ ...blankRecord(BORN), data: { [key]: kept } }).length < 2900);
    await visitor.visit((session) => {
      session.set(key, kept);
      assertEquals(session.get(key), kept);
    });
    assertEquals(await visitor.read((session) => [...session.entries()]), [[key, kept]]);
  },
);

/** A genuine value, for forgers to start from. */
async function sealed(): Promise<string> {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => void session.set("admin", true));
  return visitor.value;
}

const GENUINE = await sealed();
const ANOTHER = await sealed();
const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Replaces some characters of the genuine value. */
function spliced(at: number, length: number, by: string): string {
  const start = at % (GENUINE.length + 1);
  return GENUINE.slice(0, start) + by + GENUINE.slice(start + length);
}

/** What a forger could make of tokens: invent, change, cut, insert, join, repeat, wrap. */
const forgery: fc.Arbitrary<string> = fc.oneof(
  headerText,
  fc.string({ unit: fc.constantFrom(...BASE64URL), maxLength: 200 }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) =>
    Uint8Array.of(1, ...bytes).toBase64({ alphabet: "base64url", omitPadding: true })
  ),
  fc.tuple(fc.nat(), fc.string({ unit: fc.constantFrom(...BASE64URL, ..."+/= %"), maxLength: 3 }))
    .map(([at, text]) => spliced(at, text.length, text)),
  fc.tuple(fc.nat(), fc.nat(9)).map(([at, length]) => spliced(at, length, "")),
  fc.tuple(fc.nat(), headerText).map(([at, text]) => spliced(at, 0, text)),
  fc.nat().map((at) => spliced(at, Infinity, ANOTHER.slice(at % (GENUINE.length + 1)))),
  fc.constantFrom(
    GENUINE + GENUINE,
    `"${GENUINE}"`,
    GENUINE.toLowerCase(),
    `${GENUINE}=`,
    `${GENUINE}%20`,
    `session=${GENUINE}`,
  ),
).filter((text) => {
  const read = readCookie(`session=${text}`.trim(), "session");
  return read !== GENUINE && read !== ANOTHER;
});

property(
  "no bytes as a cookie's value throw or yield a session",
  { forgery },
  async ({ forgery }) => {
    const headers = { cookie: `session=${forgery}` };
    const session = await cookieSessions().load(new Request("http://shop.example/", { headers }));
    assert(session.isNew);
    assertFalse(session.has("admin"));
  },
);

property(
  "no Cookie header throws or yields a session",
  { header: headerText },
  async ({ header }) => {
    const sessions = cookieSessions();
    const request = new Request("https://shop.example/", { headers: { cookie: header } });
    assert((await sessions.load(request)).isNew);
  },
);

property(
  "no token is of use under another secret, or as another cookie",
  { record: anyRecord, name: fc.stringMatching(/^[a-z]{1,12}$/) },
  async ({ record, name }) => {
    fc.pre(name !== "session" && encodeRecord(record).length <= 4096);
    const store = new CookieStore({ secrets: [SECRET] });
    const value = await store.save({
      cookieName: "session",
      value: null,
      loaded: null,
      record,
      regenerate: false,
      lifetime: null,
      label: "",
    });
    assertEquals((await store.load(value, name)).record, null);
    const stranger = new CookieStore({ secrets: [generateSecret()] });
    assertEquals((await stranger.load(value, "session")).record, null);
  },
);

/** Cookies as browsers keep them (RFC 6265bis, section 5.6): the name may be empty. */
const browserText = fc.array(
  fc.integer({ min: 0x20, max: 0xff }).filter((byte) => byte !== 0x3b && byte !== 0x7f),
  { maxLength: 12 },
).map((bytes) => String.fromCharCode(...bytes).replaceAll(/^[ \t]+|[ \t]+$/g, ""));
const otherCookie = fc.tuple(browserText.map((text) => text.replaceAll("=", "")), browserText)
  .map(([name, value]) => [name.trim(), value] as const)
  .filter(([name, value]) =>
    name !== "session" && !(name === "" && /^session\s*(=|$)/.test(value))
  );

property(
  "any Cookie header that a browser sends is read, whatever other cookies are in it",
  {
    before: fc.array(otherCookie, { maxLength: 8 }),
    after: fc.array(otherCookie, { maxLength: 8 }),
    value: fc.stringMatching(/^[\w-]{1,40}$/),
  },
  ({ before, after, value }) => {
    const cookies = [...before, ["session", value] as const, ...after];
    const header = cookies.map(([name, text]) => name === "" ? text : `${name}=${text}`).join("; ");
    assertEquals(readCookie(header, "session"), value);
    const request = new Request("http://shop.example/", { headers: { cookie: header } });
    assertEquals(readCookie(request.headers.get("cookie"), "session"), value);
  },
);
