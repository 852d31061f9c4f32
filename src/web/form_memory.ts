/**
 * Refused forms, carried across the redirect back to the form's page.
 *
 * @module
 */

import { isSeen } from "../session/flash.ts";
import { type JsonValue, toJsonValue } from "../session/record.ts";
import type { Session } from "../session/session.ts";
import type { SessionState } from "../session/state.ts";
import { changeState, readState, stateOf } from "../session/values.ts";
import { isHarmlessName, wordsOf } from "./harmless_name.ts";

/** A refused form, to be remembered. */
export interface RefusedForm {
  /** The fields: a `FormData`, or pairs of name and value. Files are left out. */
  readonly values: Iterable<readonly [name: string, value: unknown]>;
  /** The error messages, by the name of the field. */
  readonly errors: Readonly<Record<string, string>>;
}

/** Options of {@linkcode rememberForm}. */
export interface RememberFormOptions {
  /**
   * The names of fields to remember although they are not plainly harmless, such as `favourite_dish`
   * or `secretary`, exactly as the form sends them. Default: none.
   */
  readonly keep?: readonly string[];
  /**
   * The most bytes that the form may take, as JSON; the rest is left out. Default: 1024, a quarter of
   * a cookie.
   */
  readonly maxBytes?: number;
}

/** A form to show on its page: blank, or as it was when it was refused. */
export interface RecalledForm {
  /** Whether the form was refused. */
  readonly refused: boolean;
  /**
   * The names of fields that were filled in and are not remembered: because their names are not
   * plainly harmless (see `keep`), they held a file, or there was no room. It leaves out names for
   * which there is no room either, and the CSRF token's.
   */
  readonly omitted: readonly string[];
  /** The first value of a field, or undefined. */
  value(name: string): string | undefined;
  /** All values of a field, such as those of ticked boxes of one name. */
  values(name: string): readonly string[];
  /** The error message of a field, or undefined. */
  error(name: string): string | undefined;
}

type Pairs = readonly (readonly [field: string, text: string])[];

/** A form as the session keeps it, in compact JSON: fields and values, fields and errors, names. */
type RememberedForm = readonly [
  values: readonly string[],
  errors: readonly string[],
  omitted: readonly string[],
];

const BLANK: RememberedForm = [[], [], []];

/** The most remembered forms; the oldest is dropped first. */
const MAX_FORMS = 8;

/**
 * Remembers a refused form for its own page, which shows it once with {@linkcode recallForm}. A session
 * remembers at most 8 forms, apart from its flash messages; the oldest is dropped. `session.clear()`
 * keeps them, as it keeps messages; `session.destroy()` forgets them.
 *
 * A field is remembered only if its name is **plainly harmless**, since the value goes into a cookie
 * or a database and back into a page: each word of the name must be a known one, such as `name`,
 * `email`, `address`, `city`, `phone`, `company`, `subject`, `message`, `item`, `quantity` or `date`,
 * or a number, in any style (`first_name`, `firstName`, `items[0].name`). A field with any other word
 * in its name, such as `password`, `pw`, `api_key` or `favourite_dish`, is left out unless `keep`
 * lists it. {@linkcode RecalledForm.omitted} lists the fields that were left out.
 *
 * It never fails because of the size: the largest fields are left out until the rest fits `maxBytes`.
 * Errors are kept before fields; if the errors alone take more, the last ones are left out.
 *
 * @param session The visitor's session.
 * @param name The name of the form, which no other form of the site has.
 * @param form The fields and the errors.
 * @param options Further fields to remember; the limit.
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
 * const errors = { email: "This is not an e-mail address." };
 * rememberForm(session, "sign-up", { values, errors }, { keep: ["hobby"] });
 *
 * // The view of the form's page:
 * const form = recallForm(session, "sign-up");
 * assertEquals(form.value("email"), "nobody");
 * assertEquals(form.error("email"), "This is not an e-mail address.");
 * assertEquals(form.value("hobby"), "chess");
 * assertEquals(form.value("password"), undefined);
 * assertEquals(form.omitted, ["password"]);
 * ```
 */
export function rememberForm<Data extends object, Message = string>(
  session: Session<Data, Message>,
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
 * Recalls a refused form, once, for a visitor who sees it: a HEAD, prefetch, prerender or subresource
 * gets a blank form, and the refused one waits on; so it does where the answer has no page (a
 * redirect, 204, 205, 304).
 *
 * @param session The visitor's session.
 * @param name The name of the form.
 * @returns The refused form; a blank form if there is none.
 * @throws {TypeError} If the response is already committed.
 *
 * @example
 * ```ts
 * import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
 * import { recallForm, rememberForm } from "@satchel/satchel/web";
 * import { assert, assertEquals, assertFalse } from "@std/assert";
 *
 * const sessions = new Sessions({ store: new CookieStore({ secrets: [generateSecret()] }) });
 * const session = await sessions.load(new Request("http://localhost/"));
 * rememberForm(session, "sign-up", { values: [["name", "Ada"]], errors: {} });
 *
 * const form = recallForm(session, "sign-up");
 * assert(form.refused);
 * assertEquals(form.value("name"), "Ada");
 * assertFalse(recallForm(session, "sign-up").refused);
 * ```
 */
export function recallForm<Data extends object, Message = string>(
  session: Session<Data, Message>,
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

/** Removes the form that was shown, but not one that another request remembered meanwhile. */
function forget(state: SessionState, name: string, shown: JsonValue): void {
  const text = JSON.stringify([name, shown]);
  changeState(state, "recallForm", name, (record) => {
    return { ...record, forms: record.forms.filter((form) => JSON.stringify(form) !== text) };
  });
}

/** Selects what fits: errors first, then fields from the smallest up, then names. */
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

/** Collects the fields that may be remembered, and the names of all fields that were filled in. */
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

/** Tells whether a field was filled in. If no file is chosen, browsers send an empty one. */
function isFilledIn(value: unknown): boolean {
  if (value instanceof Blob) return value.size > 0;
  return value !== "" && value !== undefined && value !== null;
}

/** Counts the bytes of texts as JSON, with a comma each. */
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
