import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  blankRecord,
  decodeRecord,
  encodeRecord,
  type SessionRecord,
  sizeReport,
  sizesOf,
  valueOf,
} from "../../src/session/record.ts";

const BORN = 1_767_225_600;
const flash = [{ level: "info", message: "Hello" }];

function recordOf(parts: Partial<SessionRecord> = {}): SessionRecord {
  return { ...blankRecord(BORN), ...parts };
}

const TEXTS: [record: Partial<SessionRecord>, text: string][] = [
  [{}, "0,{}"],
  [{ data: { counter: 1 }, renewedAt: BORN + 60 }, '60,{"counter":1}'],
  [{ flash }, '0,{},["info","Hello"]'],
  [{ csrf: "s" }, '0,{},[],"s"'],
  [{ owner: "ada" }, '0,{},[],null,"ada"'],
  [{ flash, csrf: "s", owner: "ada" }, '0,{},["info","Hello"],"s","ada"'],
  [{ limits: { maxAge: 2592000 } }, '0,{},[],null,null,[],{"maxAge":2592000}'],
  [{ limits: { idle: 300, absolute: null } }, '0,{},[],null,null,[],{"idle":300,"absolute":null}'],
  [{ forms: [["a", [[], [], []]]] }, '0,{},[],null,null,[["a",[[],[],[]]]]'],
  [
    {
      flash,
      csrf: "s",
      owner: "ada",
      forms: [["2", [["a", "1"], ["b", "No."], ["pin"]]], ["1", { free: "form" }]],
    },
    '0,{},["info","Hello"],"s","ada",[["2",[["a","1"],["b","No."],["pin"]]],["1",{"free":"form"}]]',
  ],
];

for (const [parts, end] of TEXTS) {
  const text = `[${BORN},${end}]`;
  Deno.test(`encodeRecord() writes ${text}, and decodeRecord() reads it`, () => {
    assertEquals(encodeRecord(recordOf(parts)), text);
    assertEquals(decodeRecord(text), recordOf(parts));
  });
}

Deno.test("decodeRecord() keeps a key called __proto__ as any other", () => {
  const record = recordOf({ data: { ["__proto__"]: { admin: true } } });
  const text = encodeRecord(record);
  assertEquals(text, '[1767225600,0,{"__proto__":{"admin":true}}]');
  const data = decodeRecord(text)?.data ?? {};
  assertEquals(Object.entries(data), [["__proto__", { admin: true }]]);
  assertStrictEquals(Object.getPrototypeOf(data), Object.prototype);
});

Deno.test.each([
  "",
  "null",
  "{}",
  '"text"',
  "[",
  "[]",
  "[1]",
  "[1,0]",
  "[1,0,null]",
  "[1,0,[]]",
  '["1",0,{}]',
  "[1,null,{}]",
  "[1.5,0,{}]",
  "[1,0.5,{}]",
  "[1e300,0,{}]",
  "[1,0,{},{}]",
  '[1,0,{},["info"]]',
  "[1,0,{},[],1]",
  "[1,0,{},[],null,{}]",
  "[1,0,{},[],null,null,null]",
  "[1,0,{},[],null,null,{}]",
  '[1,0,{},[],null,null,"new"]',
  "[1,0,{},[],null,null,[null]]",
  '[1,0,{},[],null,null,["a"]]',
  '[1,0,{},[],null,null,[["a"]]]',
  '[1,0,{},[],null,null,[["a",[],[]]]]',
  "[1,0,{},[],null,null,[[1,[]]]]",
  '[1,0,{},[],null,null,[],"new"]',
  '[1,0,{},[],null,null,[],{"idle":1.5}]',
  '[1,0,{},[],null,null,[],{"maxAge":"60"}]',
])("decodeRecord() takes %j for no record", (text) => {
  assertEquals(decodeRecord(text), null);
});

Deno.test("decodeRecord() reads what a later version may add at the end", () => {
  assertEquals(decodeRecord('[1767225600,0,{},[],null,null,[],null,"new"]'), recordOf());
});

Deno.test("valueOf() finds a key's own value, and nothing that every object inherits", () => {
  const record = recordOf({ data: { counter: 1, nothing: null, ["__proto__"]: "own" } });
  const found = ["counter", "nothing", "__proto__"].map((key) => valueOf(record, key));
  assertEquals(found, [1, null, "own"]);
  for (const key of ["other", "constructor", "toString"]) {
    assertEquals(valueOf(record, key), undefined, key);
  }
  assertEquals(valueOf(recordOf(), "__proto__"), undefined);
});

Deno.test("sizesOf() sorts by bytes, not characters, the largest first", () => {
  const data = { a: "xx", bb: "ü→😀", c: [1, 2] };
  assertEquals(sizesOf(recordOf({ data })), [
    { key: "bb", bytes: '"bb":"ü→😀"}'.length + 5 },
    { key: "c", bytes: '"c":[1,2]}'.length },
    { key: "a", bytes: '"a":"xx"}'.length },
  ]);
});

Deno.test("sizeReport() names the three largest, messages among them", () => {
  const data = { a: "x".repeat(9), b: "x".repeat(99), c: "x", d: "xxx" };
  const keysOf = (parts: Partial<SessionRecord>) =>
    sizeReport(recordOf({ data, ...parts }), 5000, 4096).largest.map(({ key }) => key);
  assertEquals(keysOf({}), ["b", "a", "d"]);
  assertEquals(keysOf({ flash }), ["b", "flash messages", "a"]);
  const { bytes, limit } = sizeReport(recordOf(), 5000, 4096);
  assertEquals([bytes, limit], [5000, 4096]);
});
