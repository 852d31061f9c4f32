import { HttpError } from "./http_error.ts";

const CR = 13;
const LF = 10;
const DASH = 45;
/** Bytes that the headers of one part may have: a file's name and its type need far fewer. */
const MAX_HEADER_BYTES = 16_384;
/** Headers that a part may have, and parameters that a header may have. Senders use three. */
const MAX_HEADERS = 32;

/** RFC 2046, section 5.1.1: 1 to 70 characters, the last one no space. */
const BOUNDARY = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/;
/** RFC 2045, section 5.1. */
const TOKEN = /^[\w!#$%&'*+.^`{|}~-]+$/;
/**
 * One `;name=value`. A backslash in a quoted value stands for itself: browsers send names with
 * backslashes as they are, and write a quote as `%22`.
 */
const PARAMETER =
  /[ \t]*;[ \t]*(?:([\w!#$%&'*+.^`{|}~-]+)=(?:"([^"]*)"|([\w!#$%&'*+.^`{|}~-]+)))?/gy;

const UTF_8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** The content of a part's headers. */
interface PartHeaders {
  readonly name: string;
  /** The file's name, or undefined if the part is a field. */
  readonly fileName: string | undefined;
  readonly type: string;
}

/**
 * Parses a `multipart/form-data` body exactly as RFC 7578 and RFC 2046 define it, and refuses anything
 * else. The parsers of the runtimes differ: they drop parts that they do not understand, and some let
 * a file's name rename its field.
 *
 * Names, file names and fields are UTF-8; other bytes become U+FFFD, as everywhere in forms. The three
 * escapes of the HTML standard (`%22`, `%0D`, `%0A` for a quote and line ends in a name) are decoded,
 * as in the Fetch standard's own parser, so the application sees the name that its page gave the
 * field. `filename*`, which RFC 7578 forbids, is ignored, and so are other headers. Text before the
 * first delimiter or after the last could be a damaged part, so it is refused.
 *
 * @param bytes The whole body.
 * @param contentType The request's `Content-Type`, which names the boundary.
 * @param maxFields The most fields and files. They are counted before any of them is parsed.
 * @returns The fields and files, in order.
 * @throws {HttpError} 413 if there are more than `maxFields`, 400 if the body is malformed.
 */
export function parseMultipart(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string,
  maxFields: number,
): FormData {
  const delimiter = new TextEncoder().encode(`--${boundaryOf(contentType)}`);
  const starts = findDelimiters(bytes, delimiter, maxFields);
  const [first] = starts;
  if (first !== 0 && first !== 2) throw malformed("it does not begin with its boundary");

  const form = new FormData();
  for (const [index, start] of starts.entries()) {
    if (start > 0 && !isLineEnd(bytes, start - 2)) throw malformed("a line ends without CRLF");
    const next = starts[index + 1];
    if (next === undefined) checkEnd(bytes, start + delimiter.length);
    else appendPart(form, bytes, start + delimiter.length, next - 2);
  }
  return form;
}

/** Makes the error for a form with too many fields. */
export function tooManyFields(found: number, maxFields: number): HttpError {
  return new HttpError(413, `The form has ${found} fields: at most ${maxFields} are allowed`);
}

/** Makes the error for a malformed form. A visitor cannot mend it, so the log gets the reason. */
function malformed(reason: string): HttpError {
  const cause = new SyntaxError(`Cannot read the multipart form: ${reason}`);
  return new HttpError(400, "The form is malformed", { cause });
}

function boundaryOf(contentType: string): string {
  const { length } = contentType.split(";", 1)[0] ?? "";
  const boundaries = parametersOf(contentType.slice(length)).get("boundary") ?? [];
  const [boundary = ""] = boundaries;
  if (boundaries.length === 1 && BOUNDARY.test(boundary)) return boundary;
  throw malformed("its content type has no valid boundary");
}

/**
 * Finds the delimiters, each at the start of a line. Here a bare CR or LF ends a line too, since other
 * parsers might see a delimiter after it; the caller refuses those.
 *
 * Each byte is read twice at most, whatever was sent: a delimiter has no line end, so the next line
 * cannot begin within the matched bytes.
 */
function findDelimiters(bytes: Uint8Array, delimiter: Uint8Array, maxFields: number): number[] {
  const { length } = delimiter;
  const starts: number[] = [];
  let fields = -1; // the last delimiter ends the form
  for (let index = 0; index < bytes.length; index++) {
    const start = index;
    while (index - start < length && bytes[index] === delimiter[index - start]) index++;
    if (index - start === length && ++fields <= maxFields) starts.push(start);
    while (index < bytes.length && bytes[index] !== CR && bytes[index] !== LF) index++;
  }
  if (fields > maxFields) throw tooManyFields(fields, maxFields);
  return starts;
}

/** Checks the end after the last delimiter: `--`, padding, and at most one line end. */
function checkEnd(bytes: Uint8Array, index: number): void {
  if (bytes[index] !== DASH || bytes[index + 1] !== DASH) {
    throw new HttpError(400, "The form did not arrive completely");
  }
  const end = skipBlanks(bytes, index + 2);
  if (end === bytes.length || (isLineEnd(bytes, end) && end + 2 === bytes.length)) return;
  throw malformed("text follows its end");
}

/** Appends the part between two delimiters to a form. */
function appendPart(
  form: FormData,
  bytes: Uint8Array<ArrayBuffer>,
  afterDelimiter: number,
  end: number,
): void {
  const lineEnd = skipBlanks(bytes, afterDelimiter);
  if (!isLineEnd(bytes, lineEnd)) throw malformed("text follows a boundary");
  const headersStart = lineEnd + 2;
  const headersEnd = findHeadersEnd(bytes, headersStart, end);
  const headers = parseHeaders(UTF_8.decode(bytes.subarray(headersStart, headersEnd)));
  const content = bytes.subarray(headersEnd + 4, end);
  const { name, fileName, type } = headers;
  if (fileName === undefined) form.append(name, UTF_8.decode(content));
  else form.append(name, new File([content], fileName, { type: fileType(type) }));
}

/** Finds the empty line after a part's headers. */
function findHeadersEnd(bytes: Uint8Array, start: number, end: number): number {
  const last = Math.min(start + MAX_HEADER_BYTES, end - 4);
  for (let index = start; index <= last; index++) {
    if (isLineEnd(bytes, index) && isLineEnd(bytes, index + 2)) return index;
  }
  throw malformed(
    end - 4 > last ? `a part's headers exceed ${MAX_HEADER_BYTES} bytes` : "a part has no content",
  );
}

function parseHeaders(text: string): PartHeaders {
  const headers = new Map<string, string>();
  const lines = text.split("\r\n", MAX_HEADERS + 1);
  if (lines.length > MAX_HEADERS) throw malformed(`a part has over ${MAX_HEADERS} headers`);
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    // A folded line begins with a blank, which is no part of a name.
    if (colon < 0 || !TOKEN.test(name)) throw malformed("a header has no name");
    if (/[\r\n]/.test(line)) throw malformed("a line ends without CRLF");
    if (headers.has(name) && name.startsWith("content-")) throw malformed("a header is repeated");
    headers.set(name, trimBlanks(line.slice(colon + 1)));
  }
  const disposition = headers.get("content-disposition") ?? "";
  if (disposition.slice(0, 9).toLowerCase() !== "form-data") {
    throw malformed("a part has no Content-Disposition: form-data");
  }
  const parameters = parametersOf(disposition.slice(9));
  const [name, otherName] = parameters.get("name") ?? [];
  if (name === undefined || otherName !== undefined) throw malformed("a part has not one name");
  const [fileName, otherFileName] = parameters.get("filename") ?? [];
  if (otherFileName !== undefined) throw malformed("a part has two file names");
  // RFC 7578, section 4.4
  return { name, fileName, type: headers.get("content-type") ?? "text/plain" };
}

/** Parses `;name=value;name="value"…`: the values by their names, which ignore case. */
function parametersOf(text: string): ReadonlyMap<string, readonly string[]> {
  const parameters = new Map<string, string[]>();
  let end = 0;
  let count = 0;
  for (const [matched, name, quoted, token = ""] of text.matchAll(PARAMETER)) {
    end += matched.length;
    if (++count > MAX_HEADERS) throw malformed(`a header has over ${MAX_HEADERS} parameters`);
    if (name === undefined) continue; // RFC 9110, section 5.6.6: nothing between two semicolons
    const values = parameters.get(name.toLowerCase());
    const value = quoted === undefined ? token : unescapeName(quoted);
    if (values) values.push(value);
    else parameters.set(name.toLowerCase(), [value]);
  }
  if (end < text.length) throw malformed("a header's parameters are malformed");
  return parameters;
}

function unescapeName(name: string): string {
  return name.replaceAll("%22", '"').replaceAll("%0D", "\r").replaceAll("%0A", "\n");
}

/**
 * Returns the type to make a `File` with. Its constructor makes it lower case (File API, section
 * 4.1); given in lower case, Bun would add a `charset` that nobody sent.
 */
function fileType(type: string): string {
  return /^[ -~]*$/.test(type) ? type.toUpperCase() : "";
}

function isLineEnd(bytes: Uint8Array, index: number): boolean {
  return bytes[index] === CR && bytes[index + 1] === LF;
}

function skipBlanks(bytes: Uint8Array, index: number): number {
  while (bytes[index] === 32 || bytes[index] === 9) index++;
  return index;
}

/** Removes spaces and tabs alone: `trim()` would remove characters of the value. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (text[start] === " " || text[start] === "\t") start++;
  while (end > start && (text[end - 1] === " " || text[end - 1] === "\t")) end--;
  return text.slice(start, end);
}
