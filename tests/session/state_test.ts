import { assertEquals, assertStrictEquals } from "@std/assert";
import { setChange, updateChange } from "../../src/session/change.ts";
import { blankRecord } from "../../src/session/record.ts";
import { SessionCookie } from "../../src/session/cookie.ts";
import { lose, replay, type SessionState } from "../../src/session/state.ts";

function stateOf(parts: Partial<SessionState> = {}): SessionState {
  return {
    request: new Request("http://shop.example/"),
    began: 0,
    now: 0,
    cookie: new SessionCookie({}, false),
    value: null,
    loaded: null,
    hasOwners: false,
    record: blankRecord(0),
    changes: [],
    changing: false,
    accessed: false,
    regenerated: false,
    destroyed: false,
    fate: "open",
    closed: false,
    ...parts,
  };
}

Deno.test("replay() does to the newer state what was done to the older, in order", () => {
  const changes = [
    setChange("n", 1),
    updateChange("n", (n) => Number(n) + 1),
    setChange("a", true),
  ];
  const loaded = { ...blankRecord(0), data: { n: 10, theirs: "kept" } };
  const newer = stateOf({ record: loaded });
  replay(stateOf({ changes, regenerated: true }), newer);
  assertEquals(newer.record.data, { n: 2, theirs: "kept", a: true });
  assertEquals(loaded.data, { n: 10, theirs: "kept" });
  assertStrictEquals(newer.changes, changes);
  assertEquals([newer.accessed, newer.regenerated], [true, true]);
});

Deno.test("lose() keeps nothing of a session that ended, and leaves a retired one retired", () => {
  const open = stateOf();
  lose(open);
  assertEquals([open.accessed, open.fate], [true, "lost"]);
  const retired = stateOf({ fate: "retired" });
  lose(retired);
  assertEquals([retired.accessed, retired.fate], [true, "retired"]);
});
