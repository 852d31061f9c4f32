/**
 * What was typed into a form that was refused, carried across the redirect to the form's page.
 *
 * @module
 */

import { isSeen } from "../session/flash.ts";
import { type JsonValue, toJsonValue } from "../session/json.ts";
import { type Session, stateOf } from "../session/session.ts";
import { changeState, readState, type SessionState } from "../session/state.ts";
import { isHarmlessName, wordsOf } from "./harmless_name.ts";

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
   * Fields that are remembered although their name is not plainly harmless, such as `favourite_dish`
   * or `secretary`: their names exactly as the form sends them. Default: none.
   */
  readonly keep?: readonly string[];
  /**
   * Bytes that errors and values may take, as JSON. What goes beyond is left out. Default: 1024, a
   * quarter of a cookie.
   */
  readonly maxBytes?: number;
}

/** A form as its page shows it: blank, or as it was when it was refused. */
export interface RecalledForm {
  /** Whether the form was refused, and this is what was typed. */
  readonly refused: boolean;
  /**
   * The names of fields that were filled in and are not remembered: their names are not plainly
   * harmless (name them in `keep` if they are), they held a file, or there was no room. Names that
   * find no room themselves are missing, and so is a CSRF token's.
   */
  readonly omitted: readonly string[];
  /** The first value of a field, or undefined. */
  value(name: string): string | undefined;
  /** All values of a field, such as those of ticked boxes of one name. */
  values(name: string): readonly string[];
  /** What is wrong with a field, or undefined. */
  error(name: string): string | undefined;
}

type Pairs = readonly (readonly [field: string, text: string])[];

/**
 * A form as the session keeps it, as short as JSON allows: field and text of what was typed, field
 * and message of what is wrong, and the fields left out.
 */
type RememberedForm = readonly [
  values: readonly string[],
  errors: readonly string[],
  omitted: readonly string[],
];

const BLANK: RememberedForm = [[], [], []];

/** The most forms that wait; the oldest goes first. */
const MAX_FORMS = 8;

/**
 * Remembers a refused form for its own page, which {@linkcode recallForm} shows once. It waits apart
 * from the flash messages; at most 8 forms do, the oldest goes. `session.clear()` leaves it, as it
 * leaves messages; `session.destroy()` forgets it.
 *
 * A field is remembered only if its name is **plainly harmless**, since the value goes into a cookie
 * or a database and back into a page: each word of it is a known one such as `name`, `email`,
 * `address`, `city`, `phone`, `company`, `subject`, `message`, `item`, `quantity` or `date`, or a
 * number, in any style (`first_name`, `firstName`, `items[0].name`). Any other word, as in `password`,
 * `pw`, `api_key` or `favourite_dish`, leaves the field out; name it in `keep` where that is wrong.
 * {@linkcode RecalledForm.omitted} tells which fields were left out.
 *
 * It never fails because of the size: what does not fit `maxBytes` is left out, the largest fields
 * first. The errors stay; where they alone take more, the last ones go.
 *
 * @param session The visitor's session.
 * @param name The name of the form; each form of a site has one of its own.
 * @param form What was typed and what is wrong with it.
 * @param options Fields to remember in spite of their name; the limit.
 * @throws {TypeError} If the response is already committed.
 *
 * @example
 * ```ts
 * import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
 * import { recallForm, rememberForm } from "@satchel/satchel/web";
 * import { assertEquals } from "@std/assert";
 *
 * const sessions = new Sessions({ store: new CookieStore({ secrets: [generateSecret()] }) });
 * const session = await sessions.load(new Request("http://localhost/"));
 *
 * // The view that refuses the form, before it redirects to the form's page:
 * const values = new URLSearchParams({ email: "nobody", hobby: "chess", password: "hunter2" });
 * const errors = { email: "This is no e-mail address." };
 * rememberForm(session, "sign-up", { values, errors }, { keep: ["hobby"] });
 *
 * // The view of the form's page:
 * const form = recallForm(session, "sign-up");
 * assertEquals(form.value("email"), "nobody");
 * assertEquals(form.error("email"), "This is no e-mail address.");
 * assertEquals(form.value("hobby"), "chess");
 * assertEquals(form.value("password"), undefined);
 * assertEquals(form.omitted, ["password"]);
 * ```
 */
export function rememberForm<Data extends object>(
  session: Session<Data>,
  name: string,
  form: RefusedForm,
  { keep = [], maxBytes = 1024 }: RememberFormOptions = {},
): void {
  const kept = toJsonValue(fit(form, keep, maxBytes), name);
  changeState(stateOf(session), "rememberForm", name, (record) => {
    const others = record.forms.filter(([other]) => other !== name);
    return { ...record, forms: [...others, [name, kept] as const].slice(-MAX_FORMS) };
  });
}

/**
 * Recalls a form that was refused, once, for somebody who sees the page: a HEAD, prefetch, prerender
 * or subresource gets a blank form, and the refused one goes on waiting.
 *
 * @param session The visitor's session.
 * @param name The name of the form.
 * @returns What was typed and what is wrong with it; a blank form if none was refused.
 * @throws {TypeError} If the response is already committed.
 */
export function recallForm<Data extends object>(
  session: Session<Data>,
  name: string,
): RecalledForm {
  const state = readState(stateOf(session));
  const found = isSeen(state.request)
    ? state.record.forms.find(([other]) => other === name)?.[1]
    : undefined;
  if (found !== undefined) forget(state, name, found);
  const [typed, wrong, omitted] = (found ?? BLANK) as RememberedForm;
  const [values, errors] = [paired(typed), paired(wrong)];
  return {
    refused: found !== undefined,
    omitted: [...omitted],
    value: (field) => find(values, field),
    values: (field) => values.filter(([name]) => name === field).map(([, value]) => value),
    error: (field) => find(errors, field),
  };
}

/** Removes the form that was shown; one that another request remembered meanwhile stays. */
function forget(state: SessionState, name: string, shown: JsonValue): void {
  const text = JSON.stringify([name, shown]);
  changeState(state, "recallForm", name, (record) => {
    return { ...record, forms: record.forms.filter((form) => JSON.stringify(form) !== text) };
  });
}

/** Chooses what is remembered: errors first, then fields from the smallest up, then names. */
function fit(form: RefusedForm, keep: readonly string[], maxBytes: number): RememberedForm {
  let room = maxBytes - "[[],[],[]]".length;
  const fits = (parts: readonly string[]): boolean => {
    const bytes = sizeOf(parts);
    if (!(bytes <= room)) return false;
    room -= bytes;
    return true;
  };
  const errors: [string, string][] = [];
  for (const [field, message] of Object.entries(form.errors)) {
    if (!fits([field, message])) break;
    errors.push([field, message]);
  }
  const { fields, filledIn } = sortFields(form.values, keep);
  const kept = Array.from(fields, ([field, pairs]) => ({ field, pairs, parts: pairs.flat() }))
    .map((found) => ({ ...found, bytes: sizeOf(found.parts) }))
    .sort((one, other) => one.bytes - other.bytes)
    .filter(({ parts }) => fits(parts));
  for (const { field } of kept) filledIn.delete(field);
  const omitted = [...filledIn].filter((field) => fits([field]));
  return [kept.flatMap(({ parts }) => parts), errors.flat(), omitted];
}

/** Gathers what may be remembered, field by field, and the names of all fields that held anything. */
function sortFields(
  values: RefusedForm["values"],
  keep: readonly string[],
): { fields: Map<string, [string, string][]>; filledIn: Set<string> } {
  const fields = new Map<string, [string, string][]>();
  const filledIn = new Set<string>();
  for (const [field, value] of values) {
    if (isFilledIn(value) && !wordsOf(field).includes("csrf")) filledIn.add(field);
    if (typeof value !== "string" || !(keep.includes(field) || isHarmlessName(field))) continue;
    const pairs = fields.get(field);
    if (pairs === undefined) fields.set(field, [[field, value]]);
    else pairs.push([field, value]);
  }
  return { fields, filledIn };
}

/** Tells whether a field held anything; browsers send a file without name or bytes for none. */
function isFilledIn(value: unknown): boolean {
  if (value instanceof Blob) return value.size > 0;
  return value !== "" && value !== undefined && value !== null;
}

/** Counts the bytes of texts as JSON, each with a comma. */
function sizeOf(parts: readonly string[]): number {
  return new TextEncoder().encode(JSON.stringify(parts)).length - 1;
}

function paired(parts: readonly string[]): Pairs {
  return Array.from({ length: parts.length / 2 }, (_, index) => {
    return [parts[2 * index] ?? "", parts[2 * index + 1] ?? ""] as const;
  });
}

function find(pairs: Pairs, field: string): string | undefined {
  return pairs.find(([name]) => name === field)?.[1];
}
