import {
  CookieStore,
  generateSecret,
  type JsonValue,
  type RejectReason,
  type Session,
  type SessionOptions,
  type StandardSchema,
} from "@satchel/satchel";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Visitor } from "../support/browser.ts";
import { cookieSessions, sessionsIn, type Values } from "../support/sessions.ts";

function schemaOf(
  validate: StandardSchema<Values>["~standard"]["validate"],
): StandardSchema<Values> {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

/** Wants a number `count`, fills in `currency`, drops the rest. */
const shop = schemaOf((value) => {
  const { count, currency = "EUR" } = value as { count?: unknown; currency?: unknown };
  return typeof count === "number"
    ? { value: { count, currency, coupon: undefined } as unknown as Values }
    : { issues: [{ message: "count is not a number" }] };
});

function fill(session: Session<Values>, data: Values): void {
  for (const [key, value] of Object.entries(data)) session.set(key, value);
}

/** A visitor with a session of the version before, which knew no schema. */
async function visitorAfterUpgrade(data: Values, options: Partial<SessionOptions>) {
  const old = new Visitor(cookieSessions());
  await old.visit((session) => fill(session.flash("Hello"), data));
  const rejected: RejectReason[] = [];
  const onReject = (reason: RejectReason) => rejected.push(reason);
  const visitor = new Visitor(cookieSessions({ ...options, onReject }));
  visitor.cookie = old.cookie;
  return { visitor, rejected };
}

/** What that visitor's session holds after the upgrade; null if it was dropped. */
async function dataAfterUpgrade(data: Values, options: Partial<SessionOptions>) {
  const { visitor, rejected } = await visitorAfterUpgrade(data, options);
  const [isNew, found, messages] = await visitor.read((session) => [
    session.isNew,
    Object.fromEntries(session.entries()),
    session.peekFlash().length,
  ]);
  assertEquals(rejected, isNew ? ["invalid data"] : []);
  assertEquals(messages, isNew ? 0 : 1);
  return isNew ? null : found;
}

/** Makes a count of the older version's number. */
const migrate: SessionOptions["migrate"] = ({ number }) => ({ count: number });
const slow = schemaOf(async (value) => await shop["~standard"].validate(value));

Deno.test.each<
  [what: string, data: Values, options: Partial<SessionOptions>, found: Values | null]
>([
  ["takes everything without a schema", { a: 1 }, {}, { a: 1 }],
  ["migrates nothing without a schema", { a: 1 }, { migrate: () => null }, { a: 1 }],
  [
    "takes over what the validator makes of the data",
    { count: 1, rubbish: "x" },
    { schema: shop },
    { count: 1, currency: "EUR" },
  ],
  ["drops data that does not fit", { count: "one" }, { schema: shop }, null],
  [
    "migrates data that does not fit",
    { number: 3 },
    { schema: shop, migrate },
    { count: 3, currency: "EUR" },
  ],
  ["validates what a migration made", { number: "x" }, { schema: shop, migrate }, null],
  [
    "waits for validators and migrations that take their time",
    { number: 9 },
    { schema: slow, migrate: async (data) => await Promise.resolve(migrate(data)) },
    { count: 9, currency: "EUR" },
  ],
  [
    "drops data for which the migration throws",
    { number: 3 },
    {
      schema: shop,
      migrate() {
        throw new TypeError("undefined has no length");
      },
    },
    null,
  ],
])("SessionOptions.schema %s", async (_, data, options, found) => {
  assertEquals(await dataAfterUpgrade(data, options), found);
});

Deno.test("SessionOptions.schema may not make a value that no session can keep", async () => {
  const schema = schemaOf(() => ({ value: { at: new Date() } as unknown as Values }));
  const { visitor } = await visitorAfterUpgrade({}, { schema });
  const message = "Cannot store session value at at: a Date is not JSON";
  await assertRejects(() => visitor.visit(() => {}), TypeError, message);
});

Deno.test("SessionOptions.schema and migrate may change the data in place; no other request sees it", async () => {
  const schema = schemaOf((value) => {
    const data = value as { count?: number; counts?: number[] };
    data.counts?.push(0);
    return data.count === undefined
      ? { issues: [{ message: "there is no count" }] }
      : { value: { count: ++data.count } };
  });
  const migrate = (data: Readonly<Record<string, JsonValue>>): unknown => {
    const own = data as { counts: number[]; count?: number };
    own.count = own.counts.push(0);
    return own;
  };
  const store = new CookieStore({ secrets: [generateSecret()] });
  for (const values of [{ counts: [1] }, { count: 1 }] as Values[]) {
    const old = new Visitor(sessionsIn(store));
    await old.visit((session) => fill(session, values));
    const visitor = new Visitor(sessionsIn(store, { schema, migrate }));
    visitor.cookie = old.cookie;
    // The store gives the same record to each of them.
    const seen = async () => await visitor.read((session) => session.get("count"));
    const first = await seen();
    assertEquals([typeof first, await seen(), await seen()], ["number", first, first]);
    assertEquals(await old.read((session) => Object.fromEntries(session.entries())), values);
  }
});

Deno.test("SessionOptions.schema does not judge a visitor without a session", async () => {
  const never = schemaOf(() => {
    throw new Error("asked");
  });
  const visitor = new Visitor(cookieSessions({ schema: never }));
  for (const cookie of ["", "session=nonsense"]) {
    visitor.cookie = cookie;
    assert(await visitor.read((session) => session.isNew));
  }
});
