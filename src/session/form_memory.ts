/**
 * What was typed into a form that was refused, carried across the redirect to the form's page.
 *
 * @module
 */

import { HttpError } from "../http/http_error.ts";
import type { Session } from "./session.ts";

/** A refused form, to be remembered. */
export interface RefusedForm {
  /** What was typed: a `FormData`, or pairs of name and value. Files are left out. */
  readonly values: Iterable<readonly [name: string, value: unknown]>;
  /** What is wrong, by the name of the field. */
  readonly errors: Readonly<Record<string, string>>;
}

/** What of a refused form is remembered. */
export interface RememberFormOptions {
  /**
   * Fields that are remembered although their name sounds secret. Default: none. Name a field here
   * when its name only happens to contain such a word, as `secretary` or `pin-board` do.
   */
  readonly keep?: readonly string[];
  /** Bytes that the values and errors may take, as JSON. Default: 1024, a quarter of a cookie. */
  readonly maxBytes?: number;
}

/** A form as its page shows it: blank, or as it was when it was refused. */
export interface RecalledForm {
  /** Whether the form was refused, and this is what was typed. */
  readonly refused: boolean;
  /** The first value of a field, or undefined. */
  value(name: string): string | undefined;
  /** All values of a field, such as those of ticked boxes of one name. */
  values(name: string): readonly string[];
  /** What is wrong with a field, or undefined. */
  error(name: string): string | undefined;
}

type Pairs = readonly (readonly [name: string, value: string])[];

/** Names of fields whose value belongs into no cookie, database or page, as words in lower case. */
const SECRET =
  /password|passwd|passphrase|passcode|secret|token|csrf|card ?number|\b(?:pass|pwd|pin|t?otp|cv[cv]2?|ssn|iban)\b/;

/**
 * Remembers a refused form for its own page, which {@linkcode recallForm} shows once. It waits among
 * the flash messages under a level of its own, so a prefetch or HEAD does not use it up.
 *
 * Passwords, tokens, card numbers and the like are **not** remembered: whatever field has a name
 * that sounds like one. Files are not either.
 *
 * @param session The visitor's session.
 * @param name The name of the form; each form of a site has one of its own.
 * @param form What was typed and what is wrong with it.
 * @param options Fields to remember in spite of their name; the limit.
 * @throws {HttpError} 413 if values and errors take more than `maxBytes`.
 *
 * @example
 * ```ts
 * import { CookieStore, generateSecret, recallForm, rememberForm, Sessions } from "@satchel/satchel";
 * import { assertEquals } from "@std/assert";
 *
 * const sessions = new Sessions({ store: new CookieStore({ secrets: [generateSecret()] }) });
 * const session = await sessions.load(new Request("http://localhost/"));
 *
 * // The view that refuses the form, before it redirects to the form's page:
 * const values = new URLSearchParams({ email: "nobody", password: "hunter2" });
 * rememberForm(session, "sign-up", { values, errors: { email: "This is no e-mail address." } });
 *
 * // The view of the form's page:
 * const form = recallForm(session, "sign-up");
 * assertEquals(form.value("email"), "nobody");
 * assertEquals(form.error("email"), "This is no e-mail address.");
 * assertEquals(form.value("password"), undefined);
 * ```
 */
export function rememberForm<Data extends object>(
  session: Session<Data>,
  name: string,
  form: RefusedForm,
  { keep = [], maxBytes = 1024 }: RememberFormOptions = {},
): void {
  const values: [string, string][] = [];
  for (const [field, value] of form.values) {
    if (typeof value === "string" && (keep.includes(field) || !soundsSecret(field))) {
      values.push([field, value]);
    }
  }
  const text = JSON.stringify([values, Object.entries(form.errors)]);
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > maxBytes) {
    throw new HttpError(
      413,
      `Cannot remember the form ${name}: what was typed takes ${bytes} bytes, at most ${maxBytes} fit`,
    );
  }
  const level = levelOf(name);
  session.takeFlash(level); // of two refusals before the page is seen, the last counts
  session.flash(text, { level });
}

/**
 * Recalls a form that was refused, once.
 *
 * @param session The visitor's session.
 * @param name The name of the form.
 * @returns What was typed and what is wrong with it; a blank form if none was refused.
 */
export function recallForm<Data extends object>(
  session: Session<Data>,
  name: string,
): RecalledForm {
  const text = session.takeFlash(levelOf(name)).at(-1)?.message;
  const [values, errors]: readonly [Pairs, Pairs] = text === undefined
    ? [[], []]
    : JSON.parse(text);
  return {
    refused: text !== undefined,
    value: (field) => find(values, field),
    values: (field) => values.filter(([name]) => name === field).map(([, value]) => value),
    error: (field) => find(errors, field),
  };
}

function soundsSecret(field: string): boolean {
  const words = field.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/[^A-Za-z0-9]+/g, " ");
  return SECRET.test(words.toLowerCase());
}

function levelOf(name: string): string {
  return `form:${name}`;
}

function find(pairs: Pairs, field: string): string | undefined {
  return pairs.find(([name]) => name === field)?.[1];
}
