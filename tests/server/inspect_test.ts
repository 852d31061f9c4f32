import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inspect, inspectionText, type InspectOptions } from "../../src/server/cli.ts";
import { blankRecord, encodeRecord, type SessionRecord } from "../../src/session/record.ts";
import { CookieStore } from "../../src/session/cookie_store.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import { SECRET_A, SECRET_B } from "./fake_environment.ts";

/** Noon of a day, in seconds. */
const NOON = Date.parse("2026-01-02T12:00:00Z") / 1000;

function record(changes: Partial<SessionRecord> = {}): SessionRecord {
  return Object.assign(blankRecord(NOON), changes);
}

/** Seals a record as the server does. */
async function tokenOf(
  sealed: SessionRecord,
  { secrets = [SECRET_A], cookieName = "session" } = {},
): Promise<string> {
  const token = await new CookieStore({ secrets }).save({
    cookieName,
    cookieOverhead: 40,
    value: null,
    loaded: null,
    record: sealed,
    regenerate: false,
    lifetime: null,
    label: "",
  });
  return String(token);
}

function options(changes: Partial<InspectOptions> & { secrets?: string[] } = {}): InspectOptions {
  const { secrets = [SECRET_A], ...others } = changes;
  return {
    cookieName: null,
    store: new CookieStore({ secrets }),
    idleTimeout: 1200,
    absoluteTimeout: 604_800,
    now: (NOON + 90) * 1000,
    ...others,
  };
}

async function reasonFor(token: string, given: InspectOptions): Promise<string> {
  const found = await inspect(token, given);
  return found.accepted ? "accepted" : found.reason;
}

const FULL = record({
  data: { counter: 3 },
  flash: [{ level: "success", message: "Your item was added." }],
  forms: [["sign-up", [["name", "Ada"], ["name", "No."], ["pin"]]]],
  csrf: "hush",
  renewedAt: NOON + 60,
});

Deno.test("inspect() finds all that a cookie holds", async () => {
  const found = await inspect(await tokenOf(FULL), options());
  assert(found.accepted);
  const { keyId, ...rest } = found;
  assertMatch(String(keyId), /^[0-9a-f]{8}$/);
  assertEquals(rest, {
    accepted: true,
    cookieName: "session",
    newestKey: true,
    createdAt: "2026-01-02T12:00:00.000Z",
    renewedAt: "2026-01-02T12:01:00.000Z",
    idleEnd: "2026-01-02T12:21:00.000Z",
    absoluteEnd: "2026-01-09T12:00:00.000Z",
    data: { counter: 3 },
    flash: [{ level: "success", message: "Your item was added." }],
    forms: [["sign-up", [["name", "Ada"], ["name", "No."], ["pin"]]]],
    csrf: true,
    owner: null,
    limits: null,
  });
});

Deno.test("inspect() obeys a session's own lifetimes", async () => {
  const lasting = await tokenOf(record({ limits: { maxAge: 2_592_000, absolute: null } }));
  const found = await inspect(lasting, options({ now: (NOON + 2_592_000) * 1000 }));
  assert(found.accepted);
  assertEquals([found.idleEnd, found.absoluteEnd], ["2026-02-01T12:00:00.000Z", "never"]);
  assertMatch(inspectionText(found, NOON * 1000), /^absolute limit +never$/m);
  const short = await tokenOf(record({ limits: { absolute: 60 } }));
  assertEquals(
    await reasonFor(short, options({ now: (NOON + 61) * 1000 })),
    "expired at 2026-01-02T12:01:00.000Z (absolute timeout)",
  );
});

Deno.test("inspect() tells an older key from the newest", async () => {
  const token = await tokenOf(FULL, { secrets: [SECRET_A] });
  const found = await inspect(token, options({ secrets: [SECRET_B, SECRET_A] }));
  assert(found.accepted);
  assertEquals(found.newestKey, false);
});

Deno.test("inspect() finds by itself that a cookie came from https", async () => {
  const token = await tokenOf(FULL, { cookieName: "__Host-session" });
  const found = await inspect(token, options());
  assert(found.accepted);
  assertEquals(found.cookieName, "__Host-session");
});

Deno.test("inspect() opens a cookie of any name that it is told", async () => {
  const token = await tokenOf(FULL, { cookieName: "satchel" });
  assertEquals(await reasonFor(token, options()), "forged");
  assertEquals(await reasonFor(token, options({ cookieName: "satchel" })), "accepted");
});

Deno.test("inspect() says to which name a cookie belongs", async () => {
  const token = await tokenOf(FULL, { cookieName: "__Host-session" });
  assertEquals(
    await reasonFor(token, options({ cookieName: "session" })),
    "wrong cookie name: it belongs to __Host-session, not session",
  );
});

Deno.test("inspect() knows the name and the end of a session that a server keeps", async () => {
  const store = new MemoryStore();
  const given = options({ store });
  const write = {
    cookieName: "__Host-session",
    cookieOverhead: 40,
    value: null,
    loaded: null,
    record: record({ data: { counter: 3 } }),
    regenerate: false,
    lifetime: null,
    label: "",
  };
  const id = String(await store.save(write));
  const found = await inspect(id, given);
  assert(found.accepted);
  assertEquals(found.cookieName, "__Host-session");
  assertEquals(
    await reasonFor(id, { ...given, cookieName: "pending" }),
    "wrong cookie name: it belongs to __Host-session, not pending",
  );
  const loaded = await store.load(id, "__Host-session");
  assert(loaded.record);
  await store.save({ ...write, value: id, loaded, regenerate: true });
  assertEquals(await reasonFor(id, given), "retired");
  assertEquals(await reasonFor("A".repeat(48), given), "unknown id");
});

Deno.test("inspect() says why a cookie cannot be opened", async () => {
  const token = await tokenOf(FULL);
  assertEquals(await reasonFor("AAAA", options()), "malformed");
  assertEquals(await reasonFor("", options()), "malformed");
  assertEquals(await reasonFor(token, options({ secrets: [SECRET_B] })), "unknown key");
  const middle = token.at(60) === "A" ? "B" : "A";
  const changed = `${token.slice(0, 60)}${middle}${token.slice(61)}`;
  assertEquals(await reasonFor(changed, options()), "forged");
});

for (
  const [age, reason] of [
    [-61, "from the future"],
    [1200, "accepted"],
    [1201, "expired at 2026-01-02T12:20:00.000Z (idle timeout)"],
    [604_801, "expired at 2026-01-09T12:00:00.000Z (absolute timeout)"],
  ] as const
) {
  Deno.test(`inspect() finds a cookie of ${age} seconds ${reason}`, async () => {
    const token = await tokenOf(record());
    assertEquals(await reasonFor(token, options({ now: (NOON + age) * 1000 })), reason);
  });
}

Deno.test("inspectionText() writes a row for each thing", async () => {
  const given = options();
  const text = inspectionText(await inspect(await tokenOf(FULL), given), given.now);
  const rows = text.split("\n").map((row) => [row.slice(0, 16).trim(), row.slice(16)]);
  const [key, ...others] = rows.splice(1, 1);
  assertMatch(String(key), /^key,[0-9a-f]{8}, the newest$/);
  assertEquals(others, []);
  assertEquals(rows, [
    ["cookie", "session"],
    ["created", "2026-01-02T12:00:00.000Z, 1 minute ago"],
    ["renewed", "2026-01-02T12:01:00.000Z, 30 seconds ago"],
    ["idle limit", "2026-01-02T12:21:00.000Z, in 19 minutes"],
    ["absolute limit", "2026-01-09T12:00:00.000Z, in 6 days"],
    ["CSRF token", "yes"],
    ["owner", "nobody"],
    ["flash", "success: Your item was added."],
    ["form", 'sign-up: [["name","Ada"],["name","No."],["pin"]]'],
    ["value", "counter = 3"],
  ]);
});

Deno.test("inspectionText() shows no token and no control character", async () => {
  const hostile = record({ csrf: "hush", data: { "item\x1b[2J": "\x9b2J\u202e" } });
  const given = options();
  const text = inspectionText(await inspect(await tokenOf(hostile), given), given.now);
  assert(!text.includes("hush"));
  assertStringIncludes(text, 'item\\u{1b}[2J = "\\u{9b}2J\\u{202e}"');
});

Deno.test("inspectionText() gives the reason of a refusal", () => {
  const text = inspectionText({ accepted: false, reason: "forged" }, NOON);
  assertEquals(text, "Refused: forged");
});

Deno.test("inspectionText() knows cookies that only name a session", async () => {
  const store = {
    name: "kv",
    limit: null,
    load: () => ({ record: record({ owner: "anna" }) }),
    save: () => Promise.resolve(null),
    destroy: () => Promise.resolve(),
    measure: () => encodeRecord(record()).length,
    ping: () => Promise.resolve(),
  };
  const given = options({ store });
  const text = inspectionText(await inspect("id", given), given.now);
  assertMatch(text, /^key +none: the cookie names a session/m);
  assertMatch(text, /^owner +anna$/m);
  assertMatch(text, /^CSRF token +no$/m);
});
