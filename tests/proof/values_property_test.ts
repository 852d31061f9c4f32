import type { JsonValue, Session } from "@satchel/satchel";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { assertEquals } from "@std/assert";
import { Visitor } from "../support/browser.ts";
import { sessionsIn, type Values } from "../support/sessions.ts";
import { anyJson, anyText, fc, property } from "./property.ts";

/** The methods that change values, of both. */
type Changed = Pick<Session<Values>, "set" | "delete" | "clear"> | Map<string, unknown>;
/** One change, made to a session and to a `Map`; both give the same, or themselves. */
type Change = (values: Changed) => unknown;

/** Whole numbers come first in a session; a `Map` keeps them where they are. */
const key = fc.oneof(anyText, fc.constantFrom("a", "b", "c"))
  .filter((text) => !/^(0|[1-9]\d*)$/.test(text));
const json = anyJson.map((value): JsonValue => JSON.parse(JSON.stringify(value))); // without -0

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(key, json).map(([key, value]): Change => (values) => {
    return values.set(key, value) === values;
  }),
  key.map((key): Change => (values) => values.delete(key)),
  fc.constant<Change>((values) => values.clear()),
);

/** Everything that can be read, in every way; `self` is given to the function of `forEach`. */
function readIn(values: Session<Values> | Map<string, JsonValue>, keys: readonly string[]) {
  const each: unknown[] = [];
  const read = function (this: unknown, value: unknown, key: unknown, self: unknown) {
    each.push([key, value, self === values, this]);
  };
  values.forEach(read, "this");
  return {
    each,
    size: values.size,
    spread: [...values],
    keys: [...values.keys()],
    values: [...values.values()],
    entries: [...values.entries()],
    found: keys.map((key) => [values.has(key), values.get(key)]),
    mapped: new Map(values),
  };
}

property(
  "Session is read and changed as a Map is, in this request and in the next one",
  { changes: fc.array(change, { maxLength: 8 }), asked: fc.array(key, { maxLength: 4 }) },
  async ({ changes, asked }) => {
    const map = new Map<string, JsonValue>();
    const visitor = new Visitor(sessionsIn(new MemoryStore()));
    await visitor.visit((session) => {
      for (const change of changes) {
        assertEquals(change(session), change(map));
        const keys = [...asked, ...map.keys()];
        assertEquals(readIn(session, keys), readIn(map, keys));
      }
    });
    await visitor.visit((session) => {
      assertEquals(readIn(session, asked), readIn(map, asked));
    });
  },
);
