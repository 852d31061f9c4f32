import { assertEquals, assertRejects } from "@std/assert";
import type { Refusal, SessionOptions, StandardSchema } from "../../src/mod.ts";
import { fitsSchema } from "../../src/session/schema.ts";
import { blankRecord } from "../../src/session/record.ts";
import { cookieSessions, Visitor } from "./visitor.ts";

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

function record(data: Record<string, string | number>) {
  return { ...blankRecord(0), data: new Map(Object.entries(data)) };
}

Deno.test("fitsSchema() takes over what the validator makes of the data", async () => {
  const stored = record({ counter: 1, rubbish: "x" });
  assertEquals(await fitsSchema(stored, { schema: shop }), true);
  assertEquals(stored.data, new Map<string, unknown>([["counter", 1], ["currency", "EUR"]]));
});

Deno.test("fitsSchema() refuses data that does not fit, and leaves it", async () => {
  const stored = record({ counter: "one" });
  assertEquals(await fitsSchema(stored, { schema: shop }), false);
  assertEquals(stored.data.get("counter"), "one");
});

Deno.test("fitsSchema() checks again what a migration made", async () => {
  const stored = record({ count: 3 });
  const migrate = (data: Readonly<Record<string, unknown>>) => ({ counter: data.count });
  assertEquals(await fitsSchema(stored, { schema: shop, migrate }), true);
  assertEquals(stored.data.get("counter"), 3);
  const hopeless = record({ count: "x" });
  assertEquals(await fitsSchema(hopeless, { schema: shop, migrate }), false);
});

Deno.test("fitsSchema() refuses data that a migration throws at", async () => {
  const stored = record({ count: 3 });
  const migrate = () => {
    throw new TypeError("undefined has no length");
  };
  assertEquals(await fitsSchema(stored, { schema: shop, migrate }), false);
  assertEquals(stored.data.get("count"), 3);
});

Deno.test("fitsSchema() waits for validators and migrations that take their time", async () => {
  const slow = schemaOf(async (value) => await shop["~standard"].validate(value));
  const migrate = async () => await Promise.resolve({ counter: 9 });
  const stored = record({});
  assertEquals(await fitsSchema(stored, { schema: slow, migrate }), true);
  assertEquals(stored.data.get("counter"), 9);
});

Deno.test("fitsSchema() takes everything without a schema, migration or not", async () => {
  assertEquals(await fitsSchema(record({ a: 1 }), {}), true);
  assertEquals(await fitsSchema(record({ a: 1 }), { migrate: () => null }), true);
});

Deno.test("fitsSchema() refuses a validator's value that no session can keep", async () => {
  const dated = schemaOf(() => ({ value: { at: new Date() } }));
  await assertRejects(
    () => fitsSchema(record({}), { schema: dated }),
    TypeError,
    "Cannot store session value at at: a Date is not JSON",
  );
});

async function visitAfterUpgrade(options: Partial<SessionOptions>) {
  const old = new Visitor(cookieSessions());
  await old.visit((session) => void session.set("count", 7).flash("Hello"));
  const refused: Refusal[] = [];
  const visitor = new Visitor(
    cookieSessions({ ...options, onRefused: (reason) => refused.push(reason) }),
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
