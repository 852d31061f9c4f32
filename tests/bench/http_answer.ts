/** How a server spells the headers that matter here; filled by its first answers. */
export interface AnswerShape {
  lengthName: string;
  cookieName: string;
}

/** What the load client looks at in an answer. */
export interface Reading {
  readonly status: number;
  /** The number behind `Count: `, or 0. */
  readonly count: number;
  readonly setsCookie: boolean;
  readonly text: string;
}

/** The cookies of one visitor, ready to be sent. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();
  /** The whole header line, its line end included; empty without cookies. */
  header = "";

  /** Takes the beginning of a `Set-Cookie` value: `name=value`. */
  set(pair: string): void {
    const end = pair.indexOf("=");
    this.#cookies.set(pair.slice(0, end), pair);
    this.header = `Cookie: ${[...this.#cookies.values()].join("; ")}\r\n`;
  }
}

/**
 * Reads one answer and puts its cookies into the jar.
 *
 * Knows as much of HTTP as the contestants send: a `Content-Length`, no chunks, no pipelining.
 *
 * @returns `undefined` while the answer is incomplete.
 */
export function readAnswer(
  text: string,
  shape: AnswerShape,
  jar: CookieJar,
): Reading | undefined {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;

  // Searching for the one spelling that the server uses is far cheaper than ignoring case.
  let lengthAt = shape.lengthName === "" ? -1 : text.indexOf(shape.lengthName);
  if (lengthAt < 0 || lengthAt > headEnd) {
    shape.lengthName = spelling(text, headEnd, "content-length");
    lengthAt = text.indexOf(shape.lengthName);
  }
  const bodyLength = parseInt(text.slice(lengthAt + shape.lengthName.length, headEnd));
  const body = headEnd + 4;
  if (text.length < body + bodyLength) return undefined;

  if (shape.cookieName === "" && /\r\nset-cookie:/i.test(text)) {
    shape.cookieName = spelling(text, headEnd, "set-cookie");
  }
  const setsCookie = shape.cookieName !== "" && takeCookies(text, headEnd, shape.cookieName, jar);
  const countAt = text.indexOf("Count: ", body);
  return {
    status: parseInt(text.slice(9, 12)),
    count: countAt < 0 ? 0 : parseInt(text.slice(countAt + 7)),
    setsCookie,
    text,
  };
}

function takeCookies(text: string, headEnd: number, name: string, jar: CookieJar): boolean {
  let found = false;
  for (let at = text.indexOf(name); at >= 0 && at < headEnd; at = text.indexOf(name, at)) {
    at += name.length;
    jar.set(text.slice(at, text.indexOf(";", at)));
    found = true;
  }
  return found;
}

/** The header's name as this answer spells it, with the line end before it and the colon. */
function spelling(text: string, headEnd: number, name: string): string {
  const found = text.slice(0, headEnd).match(new RegExp(`\\r\\n${name}: `, "i"))?.[0];
  if (found === undefined) throw new Error(`Cannot read the answer: no ${name} in ${text}`);
  return found;
}
