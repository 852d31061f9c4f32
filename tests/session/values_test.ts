import {
  CookieStore,
  generateSecret,
  type RejectReason,
  Sessions,
  type SessionStore,
  type StandardSchema,
} from "@satchel/satchel";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { recallForm, rememberForm } from "@satchel/satchel/web";
import { assert, assertEquals, assertFalse, assertRejects, assertThrows } from "@std/assert";
import * as v from "valibot";
import { Visitor } from "../support/browser.ts";
import { sessionsIn, type Values } from "../support/sessions.ts";

const STORES: readonly [name: string, make: () => SessionStore][] = [
  ["CookieStore", () => new CookieStore({ secrets: [generateSecret()] })],
  ["MemoryStore", () => new MemoryStore()],
];

function schemaOf(
  validate: StandardSchema<Values>["~standard"]["validate"],
): StandardSchema<Values> {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

function isMigrated(value: unknown): value is { migrated: Values } {
  return Object.hasOwn(Object(value), "migrated");
}

/** Gives objects the accessor that Deno leaves out and other runtimes have. */
function withProtoAccessor(): Disposable {
  Object.defineProperty(Object.prototype, "__proto__", {
    configurable: true,
    get(this: object) {
      return Object.getPrototypeOf(this);
    },
    set(this: object, prototype: object | null) {
      if (Object(prototype) === prototype) Object.setPrototypeOf(this, prototype);
    },
  });
  return { [Symbol.dispose]: () => void Reflect.deleteProperty(Object.prototype, "__proto__") };
}

/** Lists in a list: one level more than the number says. */
const nest = (levels: number): string[] => levels === 0 ? [] : [nest(levels - 1)] as never;

Deno.test("Session.set() and update() leave out properties that are undefined, as JSON.stringify does", async () => {
  interface User {
    name: string;
    nickname?: string;
    friends?: User[];
  }
  const visitor = new Visitor(sessionsIn(new MemoryStore()));
  const ada: User = { name: "Ada", nickname: undefined };
  const bob: User = { name: "Bob", nickname: "b", friends: [ada] };
  const kept: Values = { name: "Ada" };
  const nested: Values = { name: "Bob", nickname: "b", friends: [kept] };
  await visitor.visit((session) => {
    session.set("set", ada).update("update", () => ada).set("nested", bob);
    assertFalse("nickname" in Object(session.get("set")));
    assertEquals([...session.values()], [kept, kept, nested]);
  });
  const found = await visitor.read((session) => [...session.values()]);
  assertEquals(found, [kept, kept, nested]);
});

Deno.test("Session.set() and update() refuse undefined in a list, of which JSON.stringify makes null", async () => {
  const session = await sessionsIn(new MemoryStore()).load(new Request("http://shop.example/"));
  const list = [1, undefined] as number[];
  const message = "Cannot store session value at list[1]: undefined is not JSON";
  assertThrows(() => session.set("list", list), TypeError, message);
  assertThrows(() => session.update("list", () => list), TypeError, message);
  assertFalse(session.has("list"));
});

for (const [name, make] of STORES) {
  Deno.test(`Session.update() cannot nest a value without end, one level a request, in the ${name}`, async () => {
    const visitor = new Visitor(sessionsIn(make()));
    let levels = 0;
    const message = "Cannot store session value at list[0]: it has more than 64 levels";
    for (; levels < 100; levels++) {
      try {
        await visitor.visit((session) => {
          session.update("list", (list) => list === undefined ? [] : [list]);
        });
      } catch (error) {
        assertEquals(String(error), `TypeError: ${message}`);
        break;
      }
    }
    assertEquals(levels, 64);
    const found = await visitor.read((session) => session.get("list"));
    assertEquals(JSON.stringify(found), "[".repeat(64) + "]".repeat(64)); // as before the failure
  });

  Deno.test(`Session keeps a key called __proto__ as any other, in the ${name}`, async () => {
    using _ = withProtoAccessor();
    const store = make();
    const polluting =
      '{"__proto__": {"admin": true}, "constructor": {"prototype": {"admin": true}}}';
    const visitor = new Visitor(sessionsIn(store));
    await visitor.visit((session) => {
      assertEquals([session.get("__proto__"), session.has("__proto__")], [undefined, false]);
      session.set("nested", JSON.parse(polluting)).set("__proto__", JSON.parse(polluting));
      session.update("updated", () => JSON.parse(polluting)).flash("Hi", { level: "__proto__" });
      const values = JSON.parse('{"__proto__": "typed"}') as Record<string, string>;
      const form = { values: Object.entries(values), errors: values };
      rememberForm(session, "__proto__", form, { keep: ["__proto__"] });
    });
    const schema = schemaOf((value) => ({ value: value as Values }));
    const refusing = schemaOf((value) => {
      return isMigrated(value) ? { value: value.migrated } : { issues: [] };
    });
    const migrate = (migrated: Values) => ({ migrated });
    const upgraded = [
      sessionsIn(store, { schema }),
      sessionsIn(store, { schema: refusing, migrate }),
    ];
    for (const sessions of [sessionsIn(store), ...upgraded]) {
      const later = await sessions.load(visitor.request());
      assertEquals([...later.keys()], ["nested", "__proto__", "updated"]);
      for (const [key, value] of later) {
        assertEquals(JSON.stringify(value), JSON.stringify(JSON.parse(polluting)), key);
        assertEquals(Reflect.get(Object(value), "admin"), undefined, key);
      }
      assertEquals([later.get("admin" as never), later.has("admin")], [undefined, false]);
      assertEquals(later.peekFlash("__proto__"), [{ level: "__proto__", message: "Hi" }]);
      const form = recallForm(later, "__proto__");
      assertEquals([form.value("__proto__"), form.error("__proto__")], ["typed", "typed"]);
      assert(later.delete("__proto__"));
      assertEquals([...later.keys()], ["nested", "updated"]);
    }
    assertEquals(Reflect.get({}, "admin"), undefined);
  });
}

Deno.test("Session.set() cannot nest by what the session gave", async () => {
  const session = await sessionsIn(new MemoryStore()).load(new Request("http://shop.example/"));
  session.set("list", nest(63)); // 64 levels
  const wrap = () => session.set("more", { list: session.get("list") ?? null });
  assertThrows(
    wrap,
    TypeError,
    "Cannot store session value at more.list: it has more than 64 levels",
  );
  const all = () => session.set("more", [[...session.values()]]);
  assertThrows(
    all,
    TypeError,
    "Cannot store session value at more[0][0]: it has more than 64 levels",
  );
  session.set("list", nest(62)).set("more", [session.get("list") ?? null]);
});

Deno.test("SessionOptions.schema cannot make a value that is nested too deeply", async () => {
  const store = new MemoryStore();
  const visitor = new Visitor(sessionsIn(store));
  await visitor.visit((session) => void session.set("list", 1));
  const schema = schemaOf(() => ({ value: { list: nest(64) } }));
  const load = async () => await sessionsIn(store, { schema }).load(visitor.request());
  await assertRejects(
    load,
    TypeError,
    ": it has more than 64 levels",
  );
});

for (const isWritten of [false, true]) {
  Deno.test(`Session.destroy() ${isWritten ? "before a new value " : ""}ends a session that the schema refuses in its store`, async () => {
    const store = new MemoryStore();
    const visitor = new Visitor(sessionsIn(store));
    await visitor.visit((session) => void session.set("count", "one").setOwner("ada"));
    const { cookie } = visitor;
    const reasons: RejectReason[] = [];
    const onReject = (reason: RejectReason) => void reasons.push(reason);
    const schema = v.object({ count: v.number() });
    const upgraded = new Visitor(new Sessions({ store, schema, onReject }));
    upgraded.cookie = cookie;
    await upgraded.visit((session) => {
      assert(session.isNew);
      session.destroy();
      if (isWritten) session.set("count", 1);
    });
    assertEquals(reasons, ["invalid data"]);
    // The program of before the upgrade finds nothing either.
    assertEquals(await store.owners?.list("ada", { limit: 9, before: null }), []);
    const before = new Visitor(sessionsIn(store, { onReject }));
    before.cookie = cookie;
    assert(await before.read((session) => session.isNew));
    assertEquals(reasons, ["invalid data", "unknown id"]);
  });
}
