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
const hello = { level: "info", message: "Hello" };

function recordOf(parts: Partial<SessionRecord> = {}): SessionRecord {
  return { ...blankRecord(BORN), ...parts };
}

const TEXTS: [what: string, record: SessionRecord, text: string][] = [
  ["a blank record", recordOf(), "[1767225600,0,{}]"],
  [
    "the tutorial's counter",
    recordOf({ data: { counter: 1 }, renewedAt: BORN + 60 }),
    '[1767225600,60,{"counter":1}]',
  ],
  ["a message", recordOf({ flash: [hello] }), '[1767225600,0,{},["info","Hello"]]'],
  ["a CSRF secret", recordOf({ csrf: "s" }), '[1767225600,0,{},[],"s"]'],
  ["an owner", recordOf({ owner: "ada" }), '[1767225600,0,{},[],null,"ada"]'],
  [
    "all but a form",
    recordOf({ flash: [hello], csrf: "s", owner: "ada" }),
    '[1767225600,0,{},["info","Hello"],"s","ada"]',
  ],
  [
    "a form with nothing in it",
    recordOf({ forms: [["a", [[], [], []]]] }),
    '[1767225600,0,{},[],null,null,[["a",[[],[],[]]]]]',
  ],
  [
    "all there is",
    recordOf({
      flash: [hello],
      csrf: "s",
      owner: "ada",
      forms: [["2", [["a", "1"], ["b", "No."], ["pin"]]], ["1", { free: "form" }]],
    }),
    '[1767225600,0,{},["info","Hello"],"s","ada",' +
    '[["2",[["a","1"],["b","No."],["pin"]]],["1",{"free":"form"}]]]',
  ],
];

for (const [what, record, text] of TEXTS) {
  Deno.test(`encodeRecord() writes ${what}, and decodeRecord() reads it`, () => {
    assertEquals(encodeRecord(record), text);
    assertEquals(decodeRecord(text), record);
  });
}

Deno.test("decodeRecord() keeps a key called __proto__ as any other", () => {
  const record = recordOf({ data: { ["__proto__"]: { admin: true } } });
  const text = encodeRecord(record);
  assertEquals(text, '[1767225600,0,{"__proto__":{"admin":true}}]');
  const data = decodeRecord(text)?.data ?? {};
  assertEquals(Object.entries(data), [["__proto__", { admin: true }]]);
  assertStrictEquals(Object.getPrototypeOf(data), Object.prototype);
  assertEquals(({} as { admin?: boolean }).admin, undefined);
});

for (
  const text of [
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
    '[1,0,{},["info",1]]',
    "[1,0,{},[],1]",
    "[1,0,{},[],null,{}]",
    ...[
      "null",
      "{}",
      '"new"',
      "[null]",
      '["a"]',
      '[["a"]]',
      '[["a",[],[]]]',
      "[[1,[]]]",
    ].map((forms) => `[1,0,{},[],null,null,${forms}]`),
  ]
) {
  Deno.test(`decodeRecord() takes ${text || "nothing"} for no record`, () => {
    assertEquals(decodeRecord(text), null);
  });
}

Deno.test("decodeRecord() reads what a later version may add at the end", () => {
  assertEquals(decodeRecord('[1767225600,0,{},[],null,null,[],"new"]'), recordOf());
});

Deno.test("valueOf() finds a key's own value, and nothing that every object inherits", () => {
  const record = recordOf({ data: { counter: 1, nothing: null, ["__proto__"]: "own" } });
  assertEquals(valueOf(record, "counter"), 1);
  assertEquals(valueOf(record, "nothing"), null);
  assertEquals(valueOf(record, "__proto__"), "own");
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
  const message = { level: "info", message: "x".repeat(50) };
  const report = sizeReport(recordOf({ data, flash: [message] }), 5000, 4096);
  assertEquals([report.bytes, report.limit], [5000, 4096]);
  assertEquals(report.largest.map(({ key }) => key), ["b", "flash messages", "a"]);
  assertEquals(sizeReport(recordOf({ data }), 1, 1).largest.map(({ key }) => key), ["b", "a", "d"]);
});
