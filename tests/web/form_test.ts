import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { HttpError, readForm, type ReadFormOptions } from "../../src/web/mod.ts";
import { testWith } from "../support/has.ts";

const test = testWith("net");

const URL = "https://shop.example/cart";
const URLENCODED = "application/x-www-form-urlencoded";

function post(body: BodyInit | null, contentType?: string, more: HeadersInit = {}): Request {
  const request = new Request(URL, { method: "POST", body, headers: more });
  if (contentType === undefined) request.headers.delete("content-type");
  else request.headers.set("content-type", contentType);
  return request;
}

/** A body in the given chunks, and what became of it. */
function bodyOf(chunks: Iterable<string | Uint8Array>, delay = 0) {
  const state = { pulled: 0, cancelled: false };
  const iterator = chunks[Symbol.iterator]();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
      const { done, value } = iterator.next();
      if (done) return controller.close();
      state.pulled++;
      controller.enqueue(typeof value === "string" ? new TextEncoder().encode(value) : value);
    },
    cancel() {
      state.cancelled = true;
    },
  }, { highWaterMark: 0 });
  return { stream, state };
}

async function refusal(reading: Promise<FormData>): Promise<HttpError> {
  return await assertRejects(() => reading, HttpError);
}

Deno.test("readForm() reads an urlencoded form", async () => {
  const form = await readForm(post("item=apple+pie&item=%C3%A9&empty=&flag", URLENCODED));
  assertEquals([...form], [["item", "apple pie"], ["item", "é"], ["empty", ""], ["flag", ""]]);
});

Deno.test.each([
  "",
  "&",
  "a",
  "=",
  "?a=1",
  "??a=1",
  "a=1&a=2&&b",
  "a=%",
  "a=%zz&b=%C3",
  "a=é€😀",
  "\ufeffa=\ufeff1",
  "a+b=c+d%2B",
  "a=1;b=2",
  "__proto__=1&constructor=2",
  "a=%00%0D%0A",
])("readForm() reads urlencoded %j as formData() does", async (text) => {
  const expected = await post(text, URLENCODED).formData();
  assertEquals([...await readForm(post(text, URLENCODED))], [...expected]);
});

Deno.test("readForm() reads bytes that are no UTF-8 as formData() does", async () => {
  const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0x3d, 0xff, 0xc3, 0x26, 0x62, 0x3d, 0x00]);
  const expected = await post(bytes, URLENCODED).formData();
  assertEquals([...await readForm(post(bytes, URLENCODED))], [...expected]);
});

Deno.test("readForm() reads a multipart form with a file", async () => {
  const sent = new FormData();
  sent.append("item", "apple");
  sent.append(
    "photo",
    new File([new Uint8Array([0, 255, 13, 10])], "é.png", { type: "image/png" }),
  );
  const form = await readForm(new Request(URL, { method: "POST", body: sent }));
  assertEquals(form.get("item"), "apple");
  const photo = form.get("photo");
  assertInstanceOf(photo, File);
  assertEquals([photo.name, photo.type], ["é.png", "image/png"]);
  assertEquals(await photo.bytes(), new Uint8Array([0, 255, 13, 10]));
});

Deno.test.each([
  "APPLICATION/X-WWW-FORM-URLENCODED",
  "application/x-www-form-urlencoded; charset=utf-8",
  " application/x-www-form-urlencoded ;charset=iso-8859-1",
])("readForm() takes the content type %j", async (contentType) => {
  assertEquals((await readForm(post("a=é", contentType))).get("a"), "é");
});

Deno.test("readForm() takes a request without a body for an empty form", async () => {
  const empty = [
    post(null),
    post(null, URLENCODED),
    post("", URLENCODED),
    post(null, "multipart/form-data; boundary=x"),
    post("", "multipart/form-data; boundary=x"),
    post(bodyOf([]).stream),
    new Request(URL),
  ];
  for (const request of empty) assertEquals([...await readForm(request)], []);
});

Deno.test.each([
  "application/json",
  "text/plain",
  "text/plain; x=application/x-www-form-urlencoded",
  "application/x-www-form-urlencodedx",
  "multipart/mixed; boundary=x",
  "application/x-www-form-urlencoded, text/plain",
  "/",
  ";",
])("readForm() refuses the content type %j with 415", async (contentType) => {
  const { stream, state } = bodyOf(["a=1"]);
  const error = await refusal(readForm(post(stream, contentType)));
  assertEquals(error.status, 415);
  if (contentType !== ";") assert(state.cancelled);
});

Deno.test("readForm() refuses a body without a content type with 415", async () => {
  assertEquals((await refusal(readForm(post(bodyOf(["a=1"]).stream)))).status, 415);
});

Deno.test.each([
  ["one chunk", ["a=" + "x".repeat(98)]],
  ["many chunks", Array.from({ length: 100 }, (_, i) => i === 0 ? "a" : i === 1 ? "=" : "x")],
  ["empty chunks between", ["", "a=", "", "x".repeat(98), ""]],
])("readForm() accepts exactly maxBytes in %s", async (_, chunks) => {
  const { stream } = bodyOf(chunks);
  const form = await readForm(post(stream, URLENCODED), { maxBytes: 100 });
  assertEquals(form.get("a"), "x".repeat(98));
});

Deno.test.each([
  ["one chunk", ["a=" + "x".repeat(99)], 1],
  ["many chunks", Array.from({ length: 1000 }, () => "x"), 101],
])("readForm() refuses more than maxBytes in %s with 413", async (_, chunks, pulled) => {
  const { stream, state } = bodyOf(chunks);
  const error = await refusal(readForm(post(stream, URLENCODED), { maxBytes: 100 }));
  assertEquals(error.status, 413);
  assertEquals(error.message, "The form is too large: at most 100 bytes");
  assertEquals(state, { pulled, cancelled: true });
});

Deno.test("readForm() stops an endless body", async () => {
  const chunk = new Uint8Array(65_536).fill(0x61);
  const { stream, state } = bodyOf((function* () {
    while (true) yield chunk;
  })());
  assertEquals((await refusal(readForm(post(stream, URLENCODED)))).status, 413);
  assertEquals(state, { pulled: 17, cancelled: true });
});

Deno.test("readForm() refuses early where Content-Length says so", async () => {
  const { stream, state } = bodyOf(["a=1"]);
  const request = post(stream, URLENCODED, { "content-length": "101" });
  assertEquals((await refusal(readForm(request, { maxBytes: 100 }))).status, 413);
  assertEquals(state, { pulled: 0, cancelled: true });
});

Deno.test.each(["3", "0", "-1", "abc", "", "99, 99"])(
  "readForm() does not believe Content-Length: %j",
  async (length) => {
    const { stream, state } = bodyOf(["a=", "x".repeat(200)]);
    const request = post(stream, URLENCODED, { "content-length": length });
    assertEquals((await refusal(readForm(request, { maxBytes: 100 }))).status, 413);
    assert(state.cancelled);
  },
);

Deno.test("readForm() limits multipart forms as well", async () => {
  const sent = new FormData();
  sent.append("file", new Blob(["x".repeat(200)]));
  const request = new Request(URL, { method: "POST", body: sent });
  assertEquals((await refusal(readForm(request, { maxBytes: 100 }))).status, 413);
});

Deno.test("readForm() reads a megabyte by default, and no byte more", async () => {
  const text = "a=" + "x".repeat(1_048_574);
  assertEquals((await readForm(post(text, URLENCODED))).get("a"), "x".repeat(1_048_574));
  assertEquals((await refusal(readForm(post(text + "x", URLENCODED)))).status, 413);
});

Deno.test("readForm() waits for a slow body", async () => {
  const { stream } = bodyOf(["a", "=", "%C3", "%A9", "&b=", "2"], 2);
  assertEquals([...await readForm(post(stream, URLENCODED))], [["a", "é"], ["b", "2"]]);
});

Deno.test("readForm() puts a character that two chunks share together", async () => {
  const bytes = new TextEncoder().encode("a=€");
  const { stream } = bodyOf([bytes.subarray(0, 3), bytes.subarray(3)]);
  assertEquals((await readForm(post(stream, URLENCODED))).get("a"), "€");
});

Deno.test("readForm() answers a body that breaks off with 400", async () => {
  const cause = new Error("connection reset");
  let pulls = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (pulls++ === 0) controller.enqueue(new TextEncoder().encode("a="));
      else controller.error(cause);
    },
  });
  const error = await refusal(readForm(post(stream, URLENCODED)));
  assertEquals(error.status, 400);
  assertEquals(error.message, "The form did not arrive completely");
  assertEquals(error.cause, cause);
});

const PART = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1';

Deno.test.each([
  PART,
  `${PART}\r\n`,
  `${PART}\r\n--x`,
  `${PART}\r\n--x\r\nContent-Disposition: form-data; name="b"\r\n\r\n2`,
])("readForm() answers a multipart body without an end with 400: %j", async (body) => {
  const error = await refusal(readForm(post(body, "multipart/form-data; boundary=x")));
  assertEquals(error.status, 400);
  assertEquals(error.message, "The form did not arrive completely");
});

Deno.test("readForm() refuses a body that was read before", async () => {
  const request = post("a=1", URLENCODED);
  await request.text();
  await assertRejects(() => readForm(request), TypeError, "the body was read before");
  const locked = post("a=1", URLENCODED);
  locked.body?.getReader();
  await assertRejects(() => readForm(locked), TypeError);
});

Deno.test.each([-1, 1.5, NaN, Infinity])("readForm() refuses the limit %d", async (limit) => {
  const read = (options: ReadFormOptions) => readForm(post(null), options);
  await assertRejects(() => read({ maxBytes: limit }), RangeError, `${limit} bytes`);
  await assertRejects(() => read({ maxFields: limit }), RangeError, `${limit} fields`);
});

Deno.test("readForm() takes a thousand urlencoded fields by default, and no more", async () => {
  const fields = (count: number) => post("a=1&".repeat(count), URLENCODED);
  assertEquals([...await readForm(fields(1000))].length, 1000);
  const error = await refusal(readForm(fields(1001)));
  assertEquals(error.status, 413);
  assertEquals(error.message, "The form has 1001 fields: at most 1000 are allowed");
});

Deno.test.each([
  ["", 0],
  ["&&&", 0],
  ["a", 1],
  ["=", 1],
  ["&a&", 1],
  ["a&b", 2],
  ["&&a=1&&b=2;c=3&", 2],
  ["a=%26&b=%26", 2],
  ["?&?", 2],
  ["a=é&b", 2],
])("readForm() counts the fields of urlencoded %j as it reads them", async (text, count) => {
  const read = (maxFields: number) => readForm(post(text, URLENCODED), { maxFields });
  assertEquals([...await read(count)].length, count);
  if (count === 0) return;
  const { status, message } = await refusal(read(count - 1));
  assertEquals(status, 413);
  assertEquals(message, `The form has ${count} fields: at most ${count - 1} are allowed`);
});

Deno.test("readForm() counts urlencoded fields before it parses any", async () => {
  const { URLSearchParams: real } = globalThis;
  let parsed = 0;
  globalThis.URLSearchParams = class extends real {
    constructor(...parameters: ConstructorParameters<typeof URLSearchParams>) {
      super(...parameters);
      parsed++;
    }
  };
  try {
    const { message } = await refusal(readForm(post("a&".repeat(524_288), URLENCODED)));
    assertEquals(message, "The form has 524288 fields: at most 1000 are allowed");
    assertEquals(parsed, 0);
    await readForm(post("a", URLENCODED));
    assertEquals(parsed, 1);
  } finally {
    globalThis.URLSearchParams = real;
  }
});

Deno.test("readForm() with the limit 0 accepts an empty form alone", async () => {
  assertEquals([...await readForm(post(null, URLENCODED), { maxBytes: 0 })], []);
  assertEquals((await refusal(readForm(post("a", URLENCODED), { maxBytes: 0 }))).status, 413);
});

test("readForm() copes with what a socket delivers", async () => {
  const answers: string[] = [];
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const answer = await readForm(request, { maxBytes: 10 }).then(
        (form) => JSON.stringify([...form]),
        (error) => error instanceof HttpError ? String(error.status) : String(error),
      );
      answers.push(answer);
      return new Response(answer);
    },
  );
  const { port } = server.addr as Deno.NetAddr;
  const head = `POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n`;
  const typed = `${head}Content-Type: ${URLENCODED}\r\n`;
  const chunked = `${typed}Transfer-Encoding: chunked\r\n\r\n`;
  const send = async (text: string): Promise<string> => {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(new TextEncoder().encode(text));
    // Not up to the end: a server may wait for the rest of a body before it closes.
    const bytes = new Uint8Array(4096);
    const answer = new TextDecoder().decode(bytes.subarray(0, await connection.read(bytes) ?? 0));
    return answer.slice(answer.indexOf("\r\n\r\n") + 4);
  };
  assertEquals(await send(`${head}\r\n`), "[]");
  assertEquals(await send(`${head}Content-Length: 0\r\n\r\n`), "[]");
  assertEquals(await send(`${typed}Content-Length: 3\r\n\r\na=1`), '[["a","1"]]');
  assertEquals(await send(`${chunked}2\r\na=\r\n1\r\n1\r\n0\r\n\r\n`), '[["a","1"]]');
  assertEquals(await send(`${typed}Content-Length: 11\r\n\r\na=123456789`), "413");
  assertEquals(await send(`${chunked}6\r\na=1234\r\n6\r\n567890\r\n`), "413");

  answers.length = 0;
  using broken = await Deno.connect({ hostname: "127.0.0.1", port });
  await broken.write(new TextEncoder().encode(`${typed}Content-Length: 9\r\n\r\na=1`));
  await broken.closeWrite();
  while (answers.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(answers, ["400"]);
});
