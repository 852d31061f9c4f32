import { assertEquals } from "@std/assert";
import { readForm } from "@satchel/satchel/web";
import { checkRefusal, entriesOf, type Entry, multipart } from "../web/multipart_cases.ts";
import { anyText, fc, property } from "./property.ts";

/** Sent names cannot tell a quote from its escape (HTML standard): such names are left out. */
const anyName: fc.Arbitrary<string> = fc.oneof(
  anyText,
  fc.array(
    fc.constantFrom(
      ";",
      "=",
      "; name=item; x=",
      '"',
      "\\",
      "\r\n",
      "%",
      "22",
      "é",
      "a",
      " ",
      "--x",
    ),
    { maxLength: 8 },
  ).map((pieces) => pieces.join("")),
).filter((name) => !/%(22|0A|0D)/.test(name));

const anyBytes: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => new Uint8Array(bytes)),
  fc.array(fc.constantFrom("\r\n", "\r", "\n", "-", "--", "x", "--x", "y", ":", "a"), {
    maxLength: 12,
  }).map((pieces) => new TextEncoder().encode(pieces.join(""))),
);

const anyFile: fc.Arbitrary<File> = fc.record({
  bytes: anyBytes,
  name: anyName,
  type: fc.constantFrom("", "text/plain", "text/html;charset=utf-8", "image/png", "a b;;c"),
}).map(({ bytes, name, type }) => new File([bytes], name, { type }));

const anyEntry: fc.Arbitrary<[string, string | File]> = fc.tuple(
  anyName,
  fc.oneof(
    anyText,
    anyBytes.map((bytes) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)),
    anyFile,
  ),
);

const anyForm: fc.Arbitrary<FormData> = fc.array(anyEntry, { maxLength: 6 }).map((entries) => {
  const form = new FormData();
  for (const [name, value] of entries) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, value);
  }
  return form;
});

function lines(text: string): string {
  return text.replaceAll(/\r\n?|\n/g, "\r\n");
}

/** What of a form arrives (HTML standard, multipart/form-data encoding algorithm). */
async function arriving(form: FormData): Promise<Entry[]> {
  return (await entriesOf(form)).map(([name, value, type, bytes]): Entry => {
    if (type === undefined || bytes === undefined) return [lines(name), lines(value)];
    return [lines(name), value, type || "application/octet-stream", bytes];
  });
}

/** Encodes a form as browsers do, with the boundary `x`. */
function encode(entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const escape = (name: string) =>
    name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const bytes: number[] = [];
  const write = (text: string) => bytes.push(...encoder.encode(text));
  for (const [name, value, type, content] of entries) {
    write(`--x\r\nContent-Disposition: form-data; name="${escape(name)}"`);
    if (content === undefined) {
      write(`\r\n\r\n${value}`);
    } else {
      write(`; filename="${escape(value)}"\r\nContent-Type: ${type}\r\n\r\n`);
      bytes.push(...content);
    }
    write("\r\n");
  }
  write("--x--\r\n");
  return new Uint8Array(bytes);
}

/** Whether a boundary is in a value, so that an encoder would have to take another one. */
function holdsBoundary([, value, , content]: Entry): boolean {
  const text = content === undefined
    ? value
    : new TextDecoder("latin1").decode(Uint8Array.from(content));
  return /(^|[\r\n])--x/.test(text);
}

property(
  "a form that the runtime encodes is read as it was",
  { form: anyForm },
  async ({ form }) => {
    const request = new Request("http://shop.example/", { method: "POST", body: form });
    assertEquals(await entriesOf(await readForm(request)), await arriving(form));
  },
);

property(
  "a form that a browser encodes is read as it was, unless a value holds the boundary",
  { form: anyForm },
  async ({ form }) => {
    const entries = await arriving(form);
    const body = encode(entries);
    if (entries.some(holdsBoundary)) await checkRefusal({ what: "a boundary", body });
    else assertEquals(await entriesOf(await readForm(multipart({ body }))), entries);
  },
);

property(
  "a form that breaks off anywhere is refused",
  { form: anyForm, part: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }) },
  async ({ form, part }) => {
    const entries = (await arriving(form)).filter((entry) => !holdsBoundary(entry));
    const body = encode(entries);
    const length = 1 + Math.floor(part * (body.length - 3));
    await checkRefusal({ what: `${length} bytes`, body: body.subarray(0, length) });
  },
);

property(
  "text as a multipart body is refused, or is a form that is read again as it is",
  {
    pieces: fc.array(
      fc.oneof(
        fc.constantFrom(
          "--x\r\n",
          "--x--",
          "\r\n",
          "\n",
          'Content-Disposition: form-data; name="a"',
          '; filename="b"',
          "Content-Type: a/b",
          "1",
        ),
        anyText,
      ),
      { maxLength: 16 },
    ),
  },
  async ({ pieces }) => {
    const body = pieces.join("");
    const form = await readForm(multipart({ body })).catch(() => null);
    if (form === null) return void await checkRefusal({ what: body, body });
    const entries = await entriesOf(form);
    if (entries.some(holdsBoundary)) throw new Error("a value holds the boundary");
    if (body !== "") {
      assertEquals(await entriesOf(await readForm(multipart({ body: encode(entries) }))), entries);
    }
  },
);
