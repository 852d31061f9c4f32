import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CookieStore,
  generateSecret,
  type JsonValue,
  type RejectReason,
  type SessionOptions,
  type StandardSchema,
} from "../../src/session/mod.ts";
import { blankRecord, type SessionRecord } from "../../src/session/record.ts";
import { fitToSchema, type SchemaOptions } from "../../src/session/schema.ts";
import { cookieSessions, sessionsIn, Visitor } from "./visitor.ts";

type Validate = StandardSchema["~standard"]["validate"];

function schemaOf(validate: Validate): StandardSchema {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

/** Wants a number `counter`, fills in `currency`, drops the rest. */
const shop = schemaOf((value) => {
  const { counter, currency = "EUR" } = value as { counter?: unknown; currency?: unknown };
  return typeof counter === "number"
    ? { value: { counter, currency, coupon: undefined } }
    : { issues: [{ message: "counter is not a number" }] };
});

function record(data: SessionRecord["data"]): SessionRecord {
  return { ...blankRecord(0), data };
}

/** The data of a record that fits, or null. */
async function fitted(
  data: SessionRecord["data"],
  options: SchemaOptions & { schema: StandardSchema },
): Promise<SessionRecord["data"] | null> {
  return (await fitToSchema(record(data), options))?.data ?? null;
}

Deno.test("fitToSchema() takes over what the validator makes of the data, and the rest", async () => {
  const stored = { ...record({ counter: 1, rubbish: "x" }), csrf: "secret", owner: "ada" };
  assertEquals(await fitToSchema(stored, { schema: shop }), {
    ...stored,
    data: { counter: 1, currency: "EUR" },
  });
});

Deno.test("fitToSchema() refuses data that does not fit", async () => {
  assertEquals(await fitted({ counter: "one" }, { schema: shop }), null);
});

Deno.test("fitToSchema() checks again what a migration made", async () => {
  const migrate = (data: Readonly<Record<string, unknown>>) => ({ counter: data.count });
  const options = { schema: shop, migrate };
  assertEquals(await fitted({ count: 3 }, options), { counter: 3, currency: "EUR" });
  assertEquals(await fitted({ count: "x" }, options), null);
});

Deno.test("fitToSchema() refuses data that a migration throws at", async () => {
  const migrate = () => {
    throw new TypeError("undefined has no length");
  };
  assertEquals(await fitted({ count: 3 }, { schema: shop, migrate }), null);
});

Deno.test("fitToSchema() waits for validators and migrations that take their time", async () => {
  const slow = schemaOf(async (value) => await shop["~standard"].validate(value));
  const migrate = async () => await Promise.resolve({ counter: 9 });
  assertEquals(await fitted({}, { schema: slow, migrate }), { counter: 9, currency: "EUR" });
});

Deno.test("Sessions take everything without a schema, migration or not", async () => {
  for (const options of [{}, { migrate: () => null }]) {
    const visitor = new Visitor(cookieSessions(options));
    await visitor.visit((session) => void session.set("a", 1));
    assertEquals(await visitor.read((session) => session.get("a")), 1);
  }
});

Deno.test("fitToSchema() refuses a validator's value that no session can keep", async () => {
  const dated = schemaOf(() => ({ value: { at: new Date() } }));
  await assertRejects(
    () => fitToSchema(record({}), { schema: dated }),
    TypeError,
    "Cannot store session value at at: a Date is not JSON",
  );
});

/** Wants nothing but a counter, and counts the data up in place: what is given is its own. */
const meddling = schemaOf((value) => {
  const data = value as { counter?: number; counts?: number[] };
  data.counts?.push(0);
  return data.counter === undefined
    ? { issues: [{ message: "there is no counter" }] }
    : { value: { counter: ++data.counter } };
});

/** Makes a counter of old counts, in place as well. */
function meddlingMigration(data: Readonly<Record<string, JsonValue>>): unknown {
  const own = data as { counts: number[]; counter?: number };
  own.counter = own.counts.push(0);
  return own;
}

Deno.test("fitToSchema() leaves the record alone, whatever validator and migration do", async () => {
  const options = { schema: meddling, migrate: meddlingMigration };
  for (const stored of [record({ counter: 1 }), record({ counts: [1] })]) {
    const before = structuredClone(stored);
    assert(await fitToSchema(stored, options));
    assertEquals(stored, before);
  }
});

Deno.test("Sessions shows a later request nothing of what a migration did in place", async () => {
  const store = new CookieStore({ secrets: [generateSecret()] });
  const old = new Visitor(sessionsIn(store));
  await old.visit((session) => void session.set("counts", [1]));
  const visitor = new Visitor(
    sessionsIn(store, { schema: meddling, migrate: meddlingMigration }),
  );
  visitor.cookie = old.cookie;
  // The store gives the same record to each of them.
  const seen = async () => await visitor.read((session) => session.get("counter"));
  const first = await seen();
  assertEquals([typeof first, await seen(), await seen()], ["number", first, first]);
  assertEquals(await old.read((session) => session.get("counts")), [1]);
});

async function visitAfterUpgrade(options: Partial<SessionOptions>) {
  const old = new Visitor(cookieSessions());
  await old.visit((session) => void session.set("count", 7).flash("Hello"));
  const refused: RejectReason[] = [];
  const visitor = new Visitor(
    cookieSessions({ ...options, onReject: (reason) => refused.push(reason) }),
  );
  visitor.cookie = old.cookie;
  const seen = await visitor.read((session) => ({
    isNew: session.isNew,
    values: Object.fromEntries(session.entries()),
    messages: session.peekFlash().length,
  }));
  return { ...seen, refused };
}

Deno.test("Sessions drops a session that does not fit the schema, and says so", async () => {
  assertEquals(await visitAfterUpgrade({ schema: shop }), {
    isNew: true,
    values: {},
    messages: 0,
    refused: ["invalid data"],
  });
});

Deno.test("Sessions keeps a session that a migration makes fit", async () => {
  const migrate: SessionOptions["migrate"] = ({ count = 0 }) => ({ counter: count });
  assertEquals(await visitAfterUpgrade({ schema: shop, migrate }), {
    isNew: false,
    values: { counter: 7, currency: "EUR" },
    messages: 1,
    refused: [],
  });
});

Deno.test("Sessions asks no validator about a visitor without a session", async () => {
  const never = schemaOf(() => {
    throw new Error("asked");
  });
  const visitor = new Visitor(cookieSessions({ schema: never }));
  assertEquals(await visitor.read((session) => session.isNew), true);
  visitor.cookie = "session=nonsense";
  assertEquals(await visitor.read((session) => session.isNew), true);
});
