/** What the compiler takes for JSON: each `@ts-expect-error` is a line that must not compile. */
import {
  CookieStore,
  generateSecret,
  type JsonValue,
  type Session,
  Sessions,
  type StandardSchema,
} from "@satchel/satchel";
import { assertEquals, assertThrows } from "@std/assert";
import * as v from "valibot";

/** Only true when both types are the same, not merely assignable. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

/** Compiles only for `true`. */
function holds<_T extends true>(): void {}

const REQUEST = new Request("http://localhost/");
const store = new CookieStore({ secrets: [generateSecret()] });

declare const brand: unique symbol;

interface User {
  name: string;
  nickname?: string;
  age: number | undefined;
  friends?: User[];
}

/** Everything that JSON can say, in the ways in which applications write it. */
interface Good {
  user: User;
  id: string & { [brand]: "id" };
  place: { at: [number, number?] } & { [brand]: "place" };
  state: { kind: "on"; since: number } | { kind: "off" } | null;
  counts: Record<string, number>;
  nothing: Record<string, never>;
  tags: readonly string[];
  free: JsonValue;
  unknown: unknown;
  fields: { readonly [name: string]: unknown };
  object: object;
}

class Money {
  #cents = 1;
  static read(money: Money): number {
    return money.#cents;
  }
}

class Account {
  name = "Ada";
  rename(name: string): void {
    this.name = name;
  }
}

/** What is not JSON. */
interface Bad {
  date: Date;
  optional?: Date;
  inside: { addedAt?: Date; count: number };
  either: string | Date;
  list: Date[];
  holes: (string | undefined)[];
  map: Map<string, number>;
  set: Set<string>;
  bigint: bigint;
  symbol: symbol;
  call: () => void;
  calls: { count: number; call?: () => void };
  promise: Promise<number>;
  bytes: Uint8Array;
  url: URL;
  account: Account;
  money: Money;
  wallet: { money: Money };
  unknown: unknown;
  empty: object;
}

async function load<Data extends object>(): Promise<Session<Data>> {
  return await new Sessions<Data>({ store }).load(REQUEST);
}

Deno.test("Session.set() takes all JSON, interfaces and undefined properties among it", async () => {
  const session = await load<Good>();
  const user: User = { name: "Ada", nickname: undefined, age: undefined };
  session.set("user", user).set("user", { ...user, friends: [user] });
  session.update("user", (found = user) => ({ ...found, nickname: undefined }));
  assertEquals(session.get("user"), { name: "Ada", friends: [{ name: "Ada" }] } as typeof user);
  session.set("id", "1" as Good["id"]).set("place", { at: [1] } as unknown as Good["place"]);
  session.set("state", { kind: "off" }).set("state", null).set("counts", { a: 1 });
  session.set("nothing", {}).set("tags", ["a"]).set("free", [{ a: undefined, b: [1] }]);
  session.set("unknown", { a: [1, "two"] }).set("fields", { a: null }).set("object", [{ b: 1 }]);
  const place = session.get("place");
  holds<Same<NonNullable<typeof place>["at"], readonly [number, number?]>>();
  holds<Same<ReturnType<typeof session.get<"unknown">>, JsonValue | undefined>>();
  session.set("user", session.get("user") ?? user).set("tags", session.get("tags") ?? []);
});

Deno.test("Session.set() and update() refuse what is not JSON when they are compiled, too", async () => {
  const session = await load<Bad>();
  const refused: (() => unknown)[] = [
    // @ts-expect-error: a Date
    () => session.set("date", new Date()),
    // @ts-expect-error: an optional one
    () => session.set("optional", new Date()),
    // @ts-expect-error: inside of an object
    () => session.set("inside", { addedAt: new Date(), count: 1 }),
    // @ts-expect-error: beside what is JSON
    () => session.set("either", new Date()),
    // @ts-expect-error: in a list
    () => session.set("list", [new Date()]),
    // @ts-expect-error: JSON.stringify would make null of it
    () => session.set("holes", ["a", undefined]),
    // @ts-expect-error: a Map
    () => session.set("map", new Map()),
    // @ts-expect-error: a Set
    () => session.set("set", new Set()),
    // @ts-expect-error: a bigint
    () => session.set("bigint", 1n),
    // @ts-expect-error: a symbol
    () => session.set("symbol", Symbol("s")),
    // @ts-expect-error: a function
    () => session.set("call", () => {}),
    // @ts-expect-error: an object with a function
    () => session.set("calls", { count: 1, call: () => {} }),
    // @ts-expect-error: nobody waited for it
    () => session.set("promise", Promise.resolve(1)),
    // @ts-expect-error: bytes
    () => session.set("bytes", new Uint8Array()),
    // @ts-expect-error: an instance of the runtime's class
    () => session.set("url", new URL("http://localhost/")),
    // @ts-expect-error: an instance with a method
    () => session.set("account", new Account()),
    // @ts-expect-error: an instance with a private member alone
    () => session.set("money", new Money()),
    // @ts-expect-error: the same inside of an object
    () => session.set("wallet", { money: new Money() }),
    // @ts-expect-error: unknown is any JSON
    () => session.set("unknown", new Date()),
    // @ts-expect-error: an object is one of JSON
    () => session.set("empty", new Date()),
    // @ts-expect-error: a Date
    () => session.update("date", () => new Date()),
    // @ts-expect-error: inside of an object
    () => session.update("inside", () => ({ addedAt: new Date(), count: 1 })),
    // @ts-expect-error: nobody waits for it
    () => session.update("unknown", async () => await Promise.resolve(1)),
    // @ts-expect-error: `delete` is the way to have no value
    () => session.update("optional", () => undefined),
  ];
  for (const set of refused) assertThrows(set, TypeError, "Cannot store session value at ");
  type Text = "Cannot store this in a session: it is not JSON";
  holds<
    Same<ReturnType<typeof session.get<"date" | "map" | "account" | "calls">>, Text | undefined>
  >();
  session.set("either", "x").set("inside", { count: 1 }).set("holes", ["a"]);
  assertEquals([...session.keys()], ["either", "inside", "holes"]);
});

Deno.test("Sessions without a type take any JSON", async () => {
  const sessions = new Sessions({ store });
  holds<Same<typeof sessions, Sessions<Record<string, JsonValue>>>>();
  const session: Session = await sessions.load(REQUEST);
  session.set("cart", [{ name: "Rope", note: undefined }]).update("n", (n) => Number(n ?? 0) + 1);
  const user: User = { name: "Ada", age: 36 };
  session.set("user", user).update("copy", (copy = null) => copy ?? user);
  assertEquals([...session.keys()], ["cart", "n", "user", "copy"]);
  assertEquals(session.get("cart"), [{ name: "Rope" }]);
  const map: ReadonlyMap<string, JsonValue> = session;
  assertEquals(map.get("n"), 1);
  // @ts-expect-error: a Date is not JSON
  assertThrows(() => session.set("at", new Date()), TypeError);
  // @ts-expect-error: a function is not JSON
  assertThrows(() => session.set("view", { call: () => {} }), TypeError);
  // @ts-expect-error: nobody waits for it
  assertThrows(() => session.update("n", async () => await Promise.resolve(1)), TypeError);
  // @ts-expect-error: nor is undefined
  assertThrows(() => session.set("n", undefined), TypeError);
  // @ts-expect-error: which may be anything
  session.set("n", 1 as unknown);
});

Deno.test("Session iterates over its values with their types", async () => {
  const session = (await load<{ count: number; name?: string }>()).set("count", 1);
  for (const [key, value] of session) {
    holds<Same<typeof key, "count" | "name">>();
    holds<Same<typeof value, string | number>>();
  }
  holds<Same<ReturnType<typeof session.values>, MapIterator<string | number>>>();
  session.forEach((value, key, self) => {
    holds<Same<[typeof value, typeof key], [string | number, "count" | "name"]>>();
    assertEquals(self.get("count"), value);
  });
});

Deno.test("SessionOptions.schema gives the type of the data", async () => {
  const schema = v.object({ count: v.number(), note: v.optional(v.string()) });
  const sessions = new Sessions({ store, schema });
  holds<Same<typeof sessions, Sessions<{ count: number; note?: string | undefined }>>>();
  const later = new Sessions({ store, schema: v.pipeAsync(schema, v.checkAsync(() => true)) });
  holds<Same<typeof later, typeof sessions>>();
  const session = (await sessions.load(REQUEST)).set("count", 1);
  // @ts-expect-error: a number is needed
  session.set("count", "1");
  // @ts-expect-error: no such key
  session.set("cuont", 1);
  // @ts-expect-error: the schema gives another type
  new Sessions<{ count: string }>({ store, schema });
  const validate = () => ({ value: { name: "Ada" } });
  const plain = { "~standard": { version: 1, vendor: "test", validate } } as const;
  const named = await new Sessions({ store, schema: plain satisfies StandardSchema }).load(REQUEST);
  holds<Same<typeof named, Session<{ name: string }>>>();
  assertEquals([...session.keys(), ...named.keys()], ["count", "cuont"]);
});
