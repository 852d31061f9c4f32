import { assert, assertEquals, assertInstanceOf, assertLess } from "@std/assert";
import { readForm } from "../../src/web/mod.ts";
import {
  checkForm,
  checkRefusal,
  FORMS,
  MALFORMED,
  multipart,
  type MultipartCase,
} from "./multipart_cases.ts";

for (const form of FORMS) {
  Deno.test(`readForm() reads multipart with ${form.what}`, () => checkForm(form));
}

for (const body of MALFORMED) {
  Deno.test(`readForm() refuses multipart with ${body.what} with 400`, async () => {
    const { message } = await checkRefusal(body);
    assert(/^The form (is malformed|did not arrive completely)$/.test(message), message);
  });
}

Deno.test("readForm() tells the log, not the visitor, what is malformed", async () => {
  const { message, cause } = await checkRefusal({ what: "noise", body: "noise" });
  assertEquals(message, "The form is malformed");
  assertInstanceOf(cause, SyntaxError);
  assertEquals(
    cause.message,
    "Cannot read the multipart form: it does not begin with its boundary",
  );
});

function fields(count: number): string {
  return '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'.repeat(count) + "--x--\r\n";
}

Deno.test("readForm() takes a thousand multipart fields by default, and no more", async () => {
  assertEquals([...await readForm(multipart({ body: fields(1000) }))].length, 1000);
  const { message } = await checkRefusal({ what: "fields", body: fields(1001) }, 413);
  assertEquals(message, "The form has 1001 fields: at most 1000 are allowed");
});

Deno.test("readForm() takes as many multipart fields as maxFields says", async () => {
  const read = (count: number, maxFields: number) =>
    readForm(multipart({ body: fields(count) }), { maxFields });
  assertEquals([...await read(0, 0)].length, 0);
  assertEquals([...await read(2, 2)].length, 2);
  assertEquals([...await read(5000, 5000)].length, 5000);
  await checkRefusal({ what: "fields", body: fields(3) }, 413, { maxFields: 2 });
  await checkRefusal({ what: "fields", body: fields(1) }, 413, { maxFields: 0 });
});

Deno.test("readForm() counts multipart fields before it parses any", async () => {
  const files = '--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n\r\n';
  let made = 0;
  const real = globalThis.File;
  globalThis.File = class extends real {
    constructor(...parameters: ConstructorParameters<typeof File>) {
      super(...parameters);
      made++;
    }
  };
  try {
    await checkRefusal({ what: "files", body: `${files.repeat(1001)}--x--` }, 413);
    assertEquals(made, 0);
    await readForm(multipart({ body: `${files}--x--` }));
    assertEquals(made, 1);
  } finally {
    globalThis.File = real;
  }
});

const SIZE = 2 ** 20;
const LONG = "x".repeat(70);
const HEAD = '--x\r\nContent-Disposition: form-data; name="a"';

/** A megabyte of something, between a beginning and an end. */
function megabyte(what: string, start: string, piece: string, end: string): MultipartCase {
  const count = Math.floor((SIZE - start.length - end.length) / piece.length);
  return { what, body: start + piece.repeat(count) + end };
}

/** Bodies that make a careless reader go over the same bytes again and again. */
const WORST: readonly MultipartCase[] = [
  ...["-", "\r", "\n", "\r\n", "\r\n-", "\r\n--", "\r\r\n--", "\n--", " ", '"', "%", ";"].flatMap(
    (piece) => {
      const what = JSON.stringify(piece);
      return [
        megabyte(`${what} alone`, "", piece, ""),
        megabyte(`${what} as a value`, `${HEAD}\r\n\r\n`, piece, "\r\n--x--"),
        megabyte(`${what} after a boundary`, "--x", piece, "\r\n--x--"),
        megabyte(`${what} as headers`, `${HEAD}\r\n`, piece, "\r\n\r\n1\r\n--x--"),
        megabyte(`${what} after the end`, "--x--", piece, ""),
      ];
    },
  ),
  ...["\r\n--" + LONG.slice(1), "\n--" + LONG.slice(1), "--" + LONG, "-".repeat(70)].map(
    (piece): MultipartCase => ({
      ...megabyte(
        `almost a boundary: ${JSON.stringify(piece)}`,
        `${HEAD.replace("x", LONG)}\r\n\r\n`,
        piece,
        `\r\n--${LONG}--`,
      ),
      contentType: `multipart/form-data; boundary=${LONG}`,
    }),
  ),
  ...["--x\r\n", "\r\n--x", "--x\r\n\r\n", `${HEAD}\r\n\r\n\r\n`, "--x--\r\n"].map((piece) =>
    megabyte(`boundaries: ${JSON.stringify(piece)}`, "", piece, "")
  ),
  ...[
    `${" ".repeat(16_000)}x`,
    "; ".repeat(8000),
    ";a=b".repeat(4000),
    `; b="${"\\".repeat(16_000)}`,
    `; b="${"%22".repeat(5000)}"`,
    "\r\na:".repeat(4000),
    `\r\nContent-Type: a${" ".repeat(16_000)}b`,
    `\r\nX: ${" ".repeat(16_000)}\n`,
  ].map((headers) =>
    megabyte(
      `headers: ${JSON.stringify(headers.slice(0, 9))}`,
      "",
      `${HEAD}${headers}\r\n\r\n1\r\n`,
      "--x--",
    )
  ),
];

for (const { what, ...sent } of WORST) {
  Deno.test(`readForm() reads or refuses a megabyte at once: ${what}`, async () => {
    const request = multipart(sent);
    const start = performance.now();
    // Whether it is a form is of no interest here.
    await readForm(request).catch(() => {});
    // A few milliseconds; whatever is quadratic takes minutes.
    assertLess(performance.now() - start, 1000);
  });
}

Deno.test("readForm() takes no time for a long content type", async () => {
  const start = performance.now();
  for (const piece of [";", " ", "; a=b", "a", '"']) {
    const contentType = `multipart/form-data;${piece.repeat(64_000 / piece.length)}boundary x`;
    await checkRefusal({ what: piece, contentType, body: "--x--" });
  }
  assertLess(performance.now() - start, 1000);
});
