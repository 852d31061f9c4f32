import { assert, assertEquals, assertFalse } from "@std/assert";
import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import {
  blankRecord,
  decodeRecord,
  encodeRecord,
  type SessionRecord,
  toJsonValue,
} from "../../src/session/record.ts";
import { Visitor } from "../support/browser.ts";
import { SECRET } from "../support/secrets.ts";
import { cookieSessions, type Values } from "../support/sessions.ts";
import { anyJson, anyText, fc, headerText, property } from "./property.ts";

const BORN = 1_767_225_600;

const plain = { noNullPrototype: true };
const anySeconds = fc.option(fc.integer({ min: 1 }));
const anyRecord: fc.Arbitrary<SessionRecord> = fc.record({
  data: fc.array(fc.tuple(anyText, anyJson), { maxLength: 6 }).map((entries) =>
    Object.fromEntries(entries.map(([key, value]) => [key, toJsonValue(value, "value")]))
  ),
  flash: fc.array(fc.record({ level: anyText, message: anyText }, plain), { maxLength: 5 }),
  forms: fc.array(fc.tuple(anyText, anyJson.map((form) => toJsonValue(form, "form"))), {
    maxLength: 3,
  }),
  csrf: fc.option(anyText),
  createdAt: fc.integer({ min: 0, max: BORN }),
  renewedAt: fc.integer({ min: 0, max: BORN }),
  owner: fc.option(anyText),
  limits: fc.option(
    fc.record({ idle: anySeconds, absolute: anySeconds, maxAge: anySeconds }, {
      requiredKeys: [],
      ...plain,
    }),
  ),
}, plain);

/** Saves a record as the session that the cookie `session` carries. */
function seal(store: CookieStore, record: SessionRecord): Promise<string> {
  return store.save({
    cookieName: "session",
    cookieOverhead: 40,
    value: null,
    loaded: null,
    record,
    regenerate: false,
    lifetime: null,
    label: "",
  });
}

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
    fc.pre(encodeRecord(record).length <= 2900);
    const here = new CookieStore({ secrets: [SECRET] });
    const value = await seal(here, record);
    for (const store of [here, new CookieStore({ secrets: [SECRET] })]) {
      const loaded = await store.load(value, "session");
      assertEquals(comparable(loaded.record), comparable(record));
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
  const [value = ""] = text.split(";");
  return ![GENUINE, ANOTHER].includes(value.replaceAll(/^[ \t]+|[ \t]+$/g, ""));
});

/** The genuine value as careless decoders read it as well: that is not the value any more. */
const SPELLINGS = [
  `${GENUINE.slice(0, 40)} ${GENUINE.slice(40)}`,
  `${GENUINE.slice(0, 40)}\t${GENUINE.slice(40)}`,
  GENUINE.padEnd(Math.ceil(GENUINE.length / 4) * 4 + (GENUINE.length % 4 === 0 ? 1 : 0), "="),
  `"${GENUINE}"`,
  encodeURIComponent(`${GENUINE}=`),
];

/**
 * A record that is not sealed at all, in the spellings that a careless reader might take: bare, in
 * base64url, and behind headers of other versions (of which none means "no algorithm").
 */
function unsealed(): string[] {
  const now = Math.floor(Date.now() / 1000);
  const text = encodeRecord({ ...blankRecord(now), data: { admin: true } });
  const headers = [0, 1, 2, 255].flatMap((version) =>
    [0, 4, 28].map((size) => Uint8Array.of(version, ...new Uint8Array(size)))
  );
  const base64url = [new Uint8Array(), ...headers].flatMap((header) =>
    [0, 16].map((tag) =>
      Uint8Array.of(...header, ...new TextEncoder().encode(text), ...new Uint8Array(tag))
        .toBase64({ alphabet: "base64url", omitPadding: true })
    )
  );
  return [text, encodeURIComponent(text), ...base64url];
}

// Shows that none of these opens anything. That nobody can make a better forgery without the secret
// is what XAES-256-GCM promises, and no test.
property(
  "no bytes as a cookie's value throw or yield a session",
  { forgery },
  async ({ forgery }) => {
    for (const value of [forgery, ...SPELLINGS, ...unsealed()]) {
      const headers = { cookie: `session=${value}` };
      const session = await cookieSessions().load(new Request("http://shop.example/", { headers }));
      assert(session.isNew, value);
      assertFalse(session.has("admin"), value);
    }
  },
);

/** Sessions on the server, and a genuine id of one. */
async function sessionsOnServer() {
  const sessions = new Sessions<Values>({ store: new MemoryStore() });
  const visitor = new Visitor(sessions);
  await visitor.visit((session) => void session.set("admin", true));
  return { sessions, genuine: visitor.value };
}

const ON_SERVER = await sessionsOnServer();

/** The ways in which a forger might come by a header with the cookie's own name in it. */
const cookieHeader = fc.array(
  fc.oneof(
    headerText,
    fc.tuple(
      fc.constantFrom("session", "__Host-session", "__Secure-session", "Session", "session "),
      fc.oneof(
        forgery,
        fc.stringMatching(/^[\w-]{48}$/),
        fc.constantFrom(...BASE64URL).map((last) => ON_SERVER.genuine.slice(0, -1) + last),
      ),
    ).map(([name, value]) => `${name}=${value}`),
  ),
  { maxLength: 4 },
).map((parts) => parts.join("; ")).filter((header) => !header.includes(ON_SERVER.genuine));

property(
  "no Cookie header throws or yields a session",
  { header: cookieHeader },
  async ({ header }) => {
    for (
      const [sessions, genuine] of [
        [cookieSessions(), GENUINE],
        [ON_SERVER.sessions, ON_SERVER.genuine],
      ] as const
    ) {
      // A genuine value, but under names of which none is this connection's.
      const foreign = { http: ["__Host-", "x"], https: ["", "__Secure-"] };
      for (const [scheme, others] of Object.entries(foreign)) {
        const tossed = others.map((prefix) => `${prefix}session=${genuine}`);
        for (const cookie of ["session=x", header, `${header}; ${tossed.join("; ")}`]) {
          const request = new Request(`${scheme}://shop.example/`, { headers: { cookie } });
          const session = await sessions.load(request);
          assert(session.isNew, `${scheme} ${cookie}`);
          assertFalse(session.has("admin"));
        }
      }
    }
  },
);

property(
  "no token is of use under another secret, or as another cookie",
  { record: anyRecord, name: fc.stringMatching(/^[a-z]{1,12}$/) },
  async ({ record, name }) => {
    fc.pre(name !== "session" && encodeRecord(record).length <= 2900);
    const store = new CookieStore({ secrets: [SECRET] });
    const value = await seal(store, record);
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
  },
  async ({ before, after }) => {
    const cookies = [...before, ["session", GENUINE] as const, ...after];
    const cookie = cookies.map(([name, text]) => name === "" ? text : `${name}=${text}`).join("; ");
    const request = new Request("http://shop.example/", { headers: { cookie } });
    const session = await cookieSessions().load(request);
    assert(session.get("admin"), cookie);
  },
);
