import { isTopLevel, lasting, type SentCookie } from "./cookie.ts";
import { isSeen } from "./flash.ts";
import { blankRecord, type JsonValue, type SessionRecord, toJsonValue } from "./record.ts";
import { after, begin } from "./run.ts";
import type { SessionState } from "./state.ts";
import type { LoadResult } from "./store.ts";
import { didChange } from "./values.ts";

/** The result of a Standard Schema validator (standardschema.dev, version 1). */
export type SchemaResult<Output = unknown> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly unknown[] };

/** Any validator that keeps to Standard Schema, such as those of Zod, Valibot or ArkType. */
export interface StandardSchema<Output = unknown> {
  /** The part that all of them have in common. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (
      value: unknown,
    ) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
  };
}

/** How stored data is validated. */
export interface SchemaOptions<Data = unknown> {
  /**
   * Validates stored data when it is loaded: an older version of the program may have written it.
   * Its output is the type of the session's data.
   */
  readonly schema?: StandardSchema<Data>;
  /**
   * Upgrades data that fails the schema; the result is validated again. If it still fails, or the
   * function throws, the session is dropped and the visitor gets a new one.
   */
  readonly migrate?: (data: Readonly<Record<string, JsonValue>>) => unknown;
}

/**
 * Validates a record's data and takes over the validator's result, such as defaults.
 *
 * @param record The record.
 * @param options The validator, and the migration if there is one.
 * @returns The record with the data that fits, or null if it does not.
 */
async function fitToSchema(
  record: SessionRecord,
  { schema, migrate }: SchemaOptions & { readonly schema: StandardSchema },
): Promise<SessionRecord | null> {
  const data = structuredClone(record.data); // theirs to change
  let result = await schema["~standard"].validate(data);
  if (result.issues && migrate) {
    try {
      result = await schema["~standard"].validate(await migrate(data));
    } catch {
      return null; // data that no migration foresaw must not lock its visitor out
    }
  }
  if (result.issues) return null;
  const fitting = Object.entries(result.value ?? {}).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, toJsonValue(value, key)]]
  );
  return { ...record, data: Object.fromEntries(fitting) };
}

/** The cookies that were found with a request. */
export type Found = Pick<SessionState, "request" | "options" | "cookie" | "sent" | "context">;

/**
 * Finds the session of a request: that of the first cookie which is accepted; if none is, the
 * refusal of the first one counts.
 *
 * @param from The request, and what is known about it.
 * @param schema How the data is validated.
 * @param tried The cookies to try. Default: all that came.
 * @param at The first of them that is left to try.
 * @param before The best state so far.
 */
export function findState<Data extends object>(
  from: Found,
  schema: SchemaOptions<Data>,
  tried: readonly SentCookie[] = from.sent,
  at = 0,
  before?: SessionState,
): SessionState | Promise<SessionState> {
  const one = tried[at];
  if (one === undefined) return before ?? openState(from, [from.cookie.name, null], null);
  return after(
    after(from.context.store.load(one[1], one[0]), (result) => fitted(result, schema)),
    (result) => {
      const state = openState(from, one, result);
      const best = before === undefined || isBetter(state, before) ? state : before;
      return best.loaded?.version === undefined
        ? findState(from, schema, tried, at + 1, best)
        : best;
    },
  );
}

function fitted<Data extends object>(
  result: LoadResult,
  schema: SchemaOptions<Data>,
): LoadResult | Promise<LoadResult> {
  if (schema.schema === undefined || result.record === null) return result;
  return fitToSchema(result.record, { ...schema, schema: schema.schema })
    .then((record) => record ? { ...result, record } : { record, reason: "invalid data" });
}

/**
 * Decides how a request begins with the session of its cookie.
 *
 * @param from The request, and what is known about it.
 * @param taken The cookie; its value is null if none came.
 * @param result The answer of the store; null if the request brought no cookie.
 */
function openState(
  from: Found,
  [name, value]: readonly [name: string, value: string | null],
  result: LoadResult | null,
): SessionState {
  const { request, options, cookie, sent, context } = from;
  const now = Math.floor((context.now ?? Date.now)() / 1000);
  let loaded = null;
  let refusal = null;
  let csrf: string | null | undefined;
  if (result?.record) {
    refusal = context.limits.rejection(result.record, now);
    if (refusal === null) loaded = result;
  } else if (result !== null) ({ reason: refusal, csrf } = result);
  if (refusal !== null) context.onReject?.(refusal);
  // The browser may have a newer cookie by now; but one that goes to a page never got it.
  const isStraggler = (refusal === "retired" || csrf !== undefined) &&
    !(isTopLevel(request) && isSeen(request));
  const isWithheld = value === null && cookie.isWithheld(request);
  return {
    request: request instanceof Request ? lasting(request) : request,
    began: begin(),
    options,
    now,
    cookie,
    sent,
    name,
    value,
    loaded,
    refusal,
    formerCsrf: isStraggler ? null : csrf ?? null,
    context,
    record: loaded?.record ?? blankRecord(now),
    changes: [],
    changing: false,
    accessed: false,
    fate: isStraggler ? "retired" : isWithheld ? "withheld" : "open",
    closed: false,
  };
}

/**
 * Returns whether a later cookie is to be taken instead of an earlier one: if that opened nothing,
 * or, in a store without versions, was written before. There a cookie that browsers send first
 * (one of another path) would hide what is written from now on, a sign-in included.
 */
function isBetter(later: SessionState, earlier: SessionState): boolean {
  if (later.loaded === null) {
    return earlier.loaded === null && (later.fate === "retired" || later.formerCsrf !== null);
  }
  return earlier.loaded === null || later.record.renewedAt > earlier.record.renewedAt;
}

/**
 * Returns whether a request whose session got a new id meanwhile goes on as a new visitor's, as it
 * would if it had come later: if it changes the visitor's rights, on a page. Of two clicks on "Sign
 * in", browsers drop the answer to the first. An `update` would miss the values of the session.
 *
 * @param last The request as it was answered.
 * @param fresh The same request, begun again now.
 */
export function signsIn(last: SessionState, { fate, refusal }: SessionState): boolean {
  return fate === "open" && refusal === "retired" && didChange(last, "regenerate") &&
    !didChange(last, "update") && !didChange(last, "destroy");
}
