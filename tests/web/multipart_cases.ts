/**
 * Multipart bodies and what they are read as, for every runtime. The boundary is `x`, unless a case
 * has another content type.
 *
 * @module
 */

import { assertEquals, assertInstanceOf } from "@std/assert";
import { HttpError, readForm, type ReadFormOptions } from "../../src/web/mod.ts";

/** A field's name and value; of a file its field, name, type and bytes. */
export type Entry =
  | readonly [name: string, value: string]
  | readonly [name: string, fileName: string, type: string, bytes: readonly number[]];

/** A body that is a form, or that is none where it has no entries. */
export interface MultipartCase {
  readonly what: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly contentType?: string;
}

/** A body with the form that it is. */
export interface MultipartForm extends MultipartCase {
  readonly entries: readonly Entry[];
}

const NAME = 'Content-Disposition: form-data; name="a"';
const FILE = 'Content-Disposition: form-data; name="f"; filename="b"';

/** A request with such a body. */
export function multipart(
  { body, contentType = "multipart/form-data; boundary=x" }: Omit<MultipartCase, "what">,
): Request {
  const headers = { "content-type": contentType };
  return new Request("http://shop.example/", { method: "POST", body, headers });
}

/** A form's entries. */
export async function entriesOf(form: FormData): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const [name, value] of form) {
    if (typeof value === "string") entries.push([name, value]);
    else {entries.push([name, value.name, value.type, [
        ...new Uint8Array(await value.arrayBuffer()),
      ]]);}
  }
  return entries;
}

/** Checks that a body is read as its form. */
export async function checkForm({ entries, ...sent }: MultipartForm): Promise<void> {
  assertEquals(await entriesOf(await readForm(multipart(sent))), entries, sent.what);
}

/** Checks that a body is refused with 400, or with another status. */
export async function checkRefusal(
  sent: MultipartCase,
  status = 400,
  options?: ReadFormOptions,
): Promise<HttpError> {
  const error = await readForm(multipart(sent), options).then(() => null, (error) => error);
  assertInstanceOf(error, HttpError, sent.what);
  assertEquals(error.status, status, sent.what);
  return error;
}

function part(headers: string, content = "1"): string {
  return `--x\r\n${headers}\r\n\r\n${content}\r\n--x--\r\n`;
}

function named(parameters: string): string {
  return part(`Content-Disposition: form-data; ${parameters}`);
}

function bytesOf(...pieces: readonly (string | readonly number[])[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  return new Uint8Array(
    pieces.flatMap((piece) => typeof piece === "string" ? [...encoder.encode(piece)] : piece),
  );
}

const ONE = part(NAME);
const A: readonly Entry[] = [["a", "1"]];

/** Bodies that are forms. */
export const FORMS: readonly MultipartForm[] = [
  { what: "a field", body: ONE, entries: A },
  { what: "no last line end", body: ONE.trimEnd(), entries: A },
  { what: "no field", body: "--x--\r\n", entries: [] },
  { what: "no field and no line end", body: "--x--", entries: [] },
  { what: "an empty value", body: part(NAME, ""), entries: [["a", ""]] },
  { what: "an empty name", body: named('name=""'), entries: [["", "1"]] },
  { what: "an empty line first", body: `\r\n${ONE}`, entries: A },
  {
    what: "fields of one name, in order",
    body: `--x\r\n${NAME}\r\n\r\n1\r\n--x\r\n${NAME}\r\n\r\n2\r\n${part(FILE, "")}`,
    entries: [["a", "1"], ["a", "2"], ["f", "b", "text/plain", []]],
  },
  {
    what: "padding after each boundary",
    body: `--x \t\r\n${NAME}\r\n\r\n1\r\n--x\t\r\n${NAME}\r\n\r\n2\r\n--x-- \t \r\n`,
    entries: [["a", "1"], ["a", "2"]],
  },
  { what: "a value of line ends", body: part(NAME, "\r\n\r\n"), entries: [["a", "\r\n\r\n"]] },
  {
    what: "a value of half boundaries",
    body: part(NAME, "\r\n-\r\n--\r\n--X\r\n --x\r--\n-x\r"),
    entries: [["a", "\r\n-\r\n--\r\n--X\r\n --x\r--\n-x\r"]],
  },
  {
    what: "a boundary within a line",
    body: part(NAME, "1--x2--x--\r\n---x"),
    entries: [["a", "1--x2--x--\r\n---x"]],
  },
  {
    what: "a byte order mark, which is part of the value",
    body: part(NAME, "\ufeff1"),
    entries: [["a", "\ufeff1"]],
  },
  {
    what: "a byte order mark, which is part of the name",
    body: named('name="\ufeffa"'),
    entries: [["\ufeffa", "1"]],
  },
  {
    what: "bytes that are no UTF-8",
    body: bytesOf(
      '--x\r\nContent-Disposition: form-data; name="a',
      [0xc3],
      '"\r\n\r\n1',
      [0xff],
      "\r\n--x--",
    ),
    entries: [["a\ufffd", "1\ufffd"]],
  },
  ...[
    "a;b",
    "a=b",
    "a; name=item; x=.txt",
    "a; filename=b",
    "a\\",
    "\\a\\\\b",
    "a:b, c",
    " a ",
    "é€😀",
    "a%b%20%2",
    "%0d%0a",
    "\0\x01\x7f",
    "\t",
    "__proto__",
    "_charset_",
    "--x",
  ].map((name): MultipartForm => ({
    what: `the name ${JSON.stringify(name)}`,
    body: named(`name="${name}"`),
    entries: [[name, "1"]],
  })),
  {
    what: "the escapes of a name",
    body: named('name="%22a%0D%0A%22"'),
    entries: [['"a\r\n"', "1"]],
  },
  {
    what: "the escapes of a file's name",
    body: named('name="f"; filename="%22a%0D%0A%22.txt"'),
    entries: [["f", '"a\r\n".txt', "text/plain", [0x31]]],
  },
  {
    what: "a file's name that looks like parameters",
    body: named('name="avatar"; filename="a; name=item; x=.txt"'),
    entries: [["avatar", "a; name=item; x=.txt", "text/plain", [0x31]]],
  },
  {
    what: "a file's name before the field's",
    body: named('filename="name=item"; name="avatar"'),
    entries: [["avatar", "name=item", "text/plain", [0x31]]],
  },
  {
    what: "a path for a file's name",
    body: named('name="f"; filename="C:\\tmp\\"'),
    entries: [["f", "C:\\tmp\\", "text/plain", [0x31]]],
  },
  {
    what: "no file chosen",
    body: part(
      'Content-Disposition: form-data; name="f"; filename=""\r\n' +
        "Content-Type: application/octet-stream",
      "",
    ),
    entries: [["f", "", "application/octet-stream", []]],
  },
  {
    what: "a file of all bytes",
    body: bytesOf(
      `--x\r\n${FILE}\r\nContent-Type: image/png\r\n\r\n`,
      [...Array(256).keys()],
      "\r\n--x--\r\n",
    ),
    entries: [["f", "b", "image/png", [...Array(256).keys()]]],
  },
  ...([
    ["text/plain", "text/plain"],
    ["text/html", "text/html"],
    ["application/json", "application/json"],
    ["text/plain;charset=utf-8", "text/plain;charset=utf-8"],
    ["  Image/PNG\t", "image/png"],
    ["anything; at = all", "anything; at = all"],
    ["", ""],
    ["ﬀ", ""],
  ] as const).map(([sent, type]): MultipartForm => ({
    what: `the type ${JSON.stringify(sent)}`,
    body: part(`${FILE}\r\nContent-Type:${sent}`),
    entries: [["f", "b", type, [0x31]]],
  })),
  {
    what: "a field with a type, which is no file",
    body: part(`Content-Type: text/html; charset=iso-8859-1\r\n${NAME}`, "é"),
    entries: [["a", "é"]],
  },
  {
    what: "tokens, as .NET sends them",
    body: named("name=f; filename=b.txt; filename*=utf-8''c.txt"),
    entries: [["f", "b.txt", "text/plain", [0x31]]],
  },
  {
    what: "a file name of RFC 5987, which makes no file",
    body: named("name=a; filename*=utf-8''c.txt"),
    entries: A,
  },
  {
    what: "letters of either case, and more or fewer blanks",
    body: part('content-DISPOSITION:\tForm-Data ;NAME="a";\t\tSize=3 '),
    entries: A,
  },
  {
    what: "other headers",
    body: part(`X-Other: é:;"\r\n${NAME}\r\nX-Other:\r\nContent-Transfer-Encoding: binary`),
    entries: A,
  },
  {
    what: "the most bytes that headers may have",
    body: part(`${NAME}\r\nX: ${"x".repeat(16_384 - NAME.length - 5)}`),
    entries: A,
  },
  ...[
    "multipart/form-data;boundary=x",
    'multipart/form-data; boundary="x"',
    'Multipart/Form-Data; charset=utf-8; Boundary="x"',
    "multipart/form-data ; boundary=x ; charset=utf-8;",
    'multipart/form-data; other="; boundary=y"; boundary=x',
  ].map((contentType): MultipartForm => ({
    what: contentType,
    contentType,
    body: ONE,
    entries: A,
  })),
  ...[
    "0123456789'()+_,-./:=? 0123456789'()+_,-./:=? 0123456789'()+_,-./:=? y",
    "-",
    "--",
    "y--",
  ].map((boundary): MultipartForm => ({
    what: `the boundary ${boundary}`,
    contentType: `multipart/form-data; boundary="${boundary}"`,
    body: ONE.replaceAll("--x", `--${boundary}`),
    entries: A,
  })),
];

/** Bodies that are no form. */
export const MALFORMED: readonly MultipartCase[] = [
  { what: "no Content-Disposition", body: part("Content-Type: text/plain") },
  { what: "no headers", body: "--x\r\n\r\n1\r\n--x--\r\n" },
  { what: "no headers and no value", body: "--x\r\n\r\n\r\n--x--\r\n" },
  { what: "headers after an empty line", body: part(`\r\n${NAME}`) },
  { what: "nothing between two boundaries", body: "--x\r\n--x--\r\n" },
  { what: "an empty line between two boundaries", body: "--x\r\n\r\n--x--\r\n" },
  { what: "headers without an empty line", body: `--x\r\n${NAME}\r\n1\r\n--x--\r\n` },
  { what: "an empty line that is the boundary's", body: `--x\r\n${NAME}\r\n\r\n--x--\r\n` },
  { what: "headers that end with the boundary", body: `--x\r\n${NAME}\r\n--x--\r\n` },
  { what: "two dispositions", body: part(`${NAME}\r\n${NAME}`) },
  { what: "two types", body: part(`${FILE}\r\nContent-Type: a/b\r\ncontent-type: c/d`) },
  {
    what: "a folded disposition",
    body: part('Content-Disposition: form-data;\r\n name="a"'),
  },
  { what: "a folded header", body: part(`${NAME}\r\nX: 1\r\n\t2`) },
  { what: "a folded header with a colon", body: part(`${NAME}\r\n X: 1`) },
  { what: "a blank before another header's colon", body: part(`${NAME}\r\nX : 1`) },
  { what: "a header without a colon", body: part(`${NAME}\r\nnothing`) },
  { what: "a header without a name", body: part(`${NAME}\r\n: nothing`) },
  { what: "a blank before a header", body: part(` ${NAME}`) },
  { what: "a blank before a colon", body: part(NAME.replace(":", " :")) },
  { what: "a header's name beyond ASCII", body: part(`${NAME}\r\né: 1`) },
  { what: "a bare LF between headers", body: part(`${NAME}\nX: 1`) },
  { what: "a bare CR between headers", body: part(`${NAME}\rX: 1`) },
  { what: "a bare LF in a name", body: named('name="a\nb"') },
  { what: "a bare CR in a name", body: named('name="a\rb"') },
  { what: "bare LF for all line ends", body: ONE.replaceAll("\r", "") },
  { what: "bare CR for all line ends", body: ONE.replaceAll("\n", "") },
  { what: "a bare LF after the first boundary", body: ONE.replace("--x\r\n", "--x\n") },
  { what: "a bare LF after the headers", body: ONE.replace("\r\n\r\n", "\r\n\n") },
  { what: "a bare LF before the last boundary", body: ONE.replace("\r\n--x--", "\n--x--") },
  { what: "a bare CR before the last boundary", body: ONE.replace("\r\n--x--", "\r--x--") },
  {
    what: "a bare LF before a boundary",
    body: part(NAME, `1\n--x\r\n${NAME}\r\n\r\n2`),
  },
  {
    what: "a bare CR before a boundary",
    body: part(NAME, `1\r--x\r\n${NAME}\r\n\r\n2`),
  },
  { what: "a bare LF at the end", body: `${ONE.trimEnd()}\n` },
  { what: "text before the first boundary", body: `preamble\r\n${ONE}` },
  { what: "a blank before the first boundary", body: ` ${ONE}` },
  { what: "two empty lines first", body: `\r\n\r\n${ONE}` },
  { what: "a bare LF first", body: `\n${ONE}` },
  { what: "text after the end", body: `${ONE}epilogue` },
  { what: "text after the last boundary", body: `${ONE.trimEnd()}epilogue` },
  { what: "an empty line after the end", body: `${ONE}\r\n` },
  { what: "a field after the end", body: `${ONE}${ONE}` },
  { what: "an end after the end", body: `${ONE}--x--\r\n` },
  { what: "a boundary in a value", body: part(NAME, "1\r\n--x\r\n2") },
  { what: "a boundary's beginning in a value", body: part(NAME, "1\r\n--xy\r\n2") },
  { what: "an end in a value", body: part(NAME, "1\r\n--x--\r\n2") },
  { what: "a boundary at the start of a value", body: part(NAME, "--x\r\n2") },
  { what: "text after a boundary", body: ONE.replace("--x\r\n", "--x y\r\n") },
  { what: "text for the line end of a boundary", body: ONE.replace("--x\r\n", "--x12") },
  { what: "one dash after a boundary", body: ONE.replace("--x\r\n", "--x-\r\n") },
  { what: "a boundary without its dashes", body: ONE.replace("--x\r\n", "x\r\n") },
  { what: "no boundary at all", body: "\0\x01\x02" },
  { what: "no end", body: ONE.replace("\r\n--x--\r\n", "") },
  { what: "no end, but a line end", body: ONE.replace("--x--\r\n", "") },
  { what: "a boundary for the end", body: ONE.replace("--x--\r\n", "--x\r\n") },
  { what: "one dash at the end", body: ONE.replace("--x--\r\n", "--x-") },
  { what: "one dash and a letter at the end", body: ONE.replace("--x--\r\n", "--x-y") },
  { what: "a letter and one dash at the end", body: ONE.replace("--x--\r\n", "--xy-") },
  { what: "a blank in the end", body: ONE.replace("--x--\r\n", "--x --") },
  { what: "no name", body: part("Content-Disposition: form-data") },
  { what: "no name but a file's", body: named('filename="b"') },
  { what: "a name of RFC 5987", body: named("name*=utf-8''a") },
  { what: "two names", body: named('name="a"; name="b"') },
  { what: "two names of either case", body: named('name="a"; NAME=a') },
  { what: "two file names", body: named('name="a"; filename="b"; filename="b"') },
  { what: "a name without a value", body: named("name=") },
  { what: "a name without an equals sign", body: named("name") },
  { what: "a blank before an equals sign", body: named('name ="a"') },
  { what: "a blank after an equals sign", body: named('name= "a"') },
  { what: "a name without an end", body: named('name="a') },
  { what: "a name in single quotes with a blank", body: named("name='a b'") },
  { what: "a name beyond ASCII without quotes", body: named("name=é") },
  { what: "text after a name", body: named('name="a"b') },
  { what: "a quote in a name", body: named('name="a"b"') },
  { what: "an escaped quote in a name", body: named('name="a\\"b"') },
  { what: "a blank beyond ASCII after a name", body: named('name="a"\u00a0') },
  { what: "a comma for a semicolon", body: named('name="a", filename="b"') },
  {
    what: "a quote in a file's name",
    body: named('filename="a"; name="item"; x=".txt"; name="b"'),
  },
  { what: "another disposition", body: part(NAME.replace("form-data", "attachment")) },
  { what: "another disposition as long", body: part(NAME.replace("form-data", "form-date")) },
  { what: "a longer disposition", body: part(NAME.replace("form-data", "form-data-2")) },
  { what: "an empty disposition", body: part("Content-Disposition:") },
  { what: "too many bytes of headers", body: part(`${NAME}\r\nX: ${"x".repeat(16_384)}`) },
  { what: "headers without an end", body: part(`${NAME}\r\nX: ${"x".repeat(100_000)}`) },
  { what: "too many headers", body: part(NAME + "\r\nX: 1".repeat(32)) },
  { what: "too many parameters", body: named('name="a"' + "; b=c".repeat(32)) },
  ...[
    "multipart/form-data",
    "multipart/form-data;",
    "multipart/form-data; boundary",
    "multipart/form-data; boundary=",
    'multipart/form-data; boundary=""',
    'multipart/form-data; boundary="x',
    'multipart/form-data; boundary="x "',
    "multipart/form-data; boundary=x y",
    "multipart/form-data; boundary=x, text/plain",
    "multipart/form-data; boundary=x; boundary=x",
    "multipart/form-data; boundary=x; Boundary=y",
    "multipart/form-data; boundary = x",
    "multipart/form-data; xboundary=x",
    "multipart/form-data; boundary=y",
    "multipart/form-data; boundary=X",
    'multipart/form-data; other="; boundary=x"',
  ].map((contentType) => ({ what: contentType, contentType, body: ONE })),
  ...["y".repeat(71), "y\ty", "y*", 'y\\"', "y%22", "{y}", "é"].map((boundary) => ({
    what: `the boundary ${boundary}`,
    contentType: `multipart/form-data; boundary="${boundary}"`,
    body: ONE.replaceAll("--x", `--${boundary}`),
  })),
];
