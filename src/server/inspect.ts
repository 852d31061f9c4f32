import type { RememberedForm } from "../session/forms.ts";
import type { SessionRecord } from "../session/record.ts";
import type { FoundSession, SessionStore } from "../session/store.ts";
import { TimeLimits } from "../session/time_limits.ts";
import { escapeControls } from "./escape_controls.ts";
import { roughPeriod } from "./period.ts";

/** The names of the server's cookie: on plain http, and on https. */
const KNOWN_NAMES = ["session", "__Host-session"] as const;

/** What stores say under a name that the cookie does not belong to; under its own there is more. */
const SAID_OF_OTHER_NAMES: readonly string[] = ["unknown id", "forged"];

/** What is asked about a cookie. */
export interface InspectOptions {
  /** The cookie's name; null to try those that the server uses. */
  readonly cookieName: string | null;
  /** Opens the cookie. */
  readonly store: SessionStore;
  /** Seconds without a visit until a session ends. */
  readonly idleTimeout: number;
  /** Seconds until a session ends in any case. */
  readonly absoluteTimeout: number;
  /** The present, in milliseconds since the Unix epoch. */
  readonly now: number;
}

/** What a cookie turned out to be. Times are in ISO 8601. */
export type Inspection =
  | {
    readonly accepted: true;
    readonly cookieName: string;
    /** The public name of the key that sealed it; null where the store does not seal. */
    readonly keyId: string | null;
    /** Whether that is the key that seals now; null where the store does not seal. */
    readonly newestKey: boolean | null;
    readonly createdAt: string;
    readonly renewedAt: string;
    /** When it ends unless the visitor comes back before. */
    readonly idleEnd: string;
    /** When it ends in any case. */
    readonly absoluteEnd: string;
    readonly data: Readonly<Record<string, unknown>>;
    readonly flash: SessionRecord["flash"];
    /** The refused forms that wait for their pages. */
    readonly forms: readonly ({ readonly name: string } & RememberedForm)[];
    /** Whether it has a CSRF token. */
    readonly csrf: boolean;
    readonly owner: string | null;
  }
  | { readonly accepted: false; readonly reason: string };

/**
 * Looks into a session cookie as the server would.
 *
 * @param value The cookie's value.
 * @param options The cookie's name, the store, the limits and the time.
 * @returns What it holds, or the exact reason why the server refuses it.
 */
export async function inspect(value: string, options: InspectOptions): Promise<Inspection> {
  const { cookieName } = options;
  const names = new Set(cookieName === null ? KNOWN_NAMES : [cookieName, ...KNOWN_NAMES]);
  let reason = "";
  for (const name of names) {
    const loaded = await options.store.load(value, name);
    if (loaded.record === null) {
      if (!reason || SAID_OF_OTHER_NAMES.includes(reason)) reason = loaded.reason;
    } else if (cookieName !== null && name !== cookieName) {
      return refused(`wrong cookie name: it belongs to ${name}, not ${cookieName}`);
    } else {
      return judge(loaded, name, options);
    }
  }
  return refused(reason);
}

function refused(reason: string): Inspection {
  return { accepted: false, reason };
}

function judge({ record, seal }: FoundSession, name: string, options: InspectOptions): Inspection {
  const now = Math.floor(options.now / 1000);
  const idleEnd = record.renewedAt + options.idleTimeout;
  const absoluteEnd = record.createdAt + options.absoluteTimeout;
  const refusal = new TimeLimits(options).refusal(record, now);
  if (refusal === "expired") {
    return refused(
      now > absoluteEnd
        ? `expired at ${iso(absoluteEnd)} (absolute timeout)`
        : `expired at ${iso(idleEnd)} (idle timeout)`,
    );
  }
  if (refusal !== null) return refused(refusal);
  return {
    accepted: true,
    cookieName: name,
    keyId: seal?.keyId ?? null,
    newestKey: seal?.newest ?? null,
    createdAt: iso(record.createdAt),
    renewedAt: iso(record.renewedAt),
    idleEnd: iso(idleEnd),
    absoluteEnd: iso(absoluteEnd),
    data: record.data,
    flash: record.flash,
    forms: Array.from(record.forms, ([name, form]) => ({ name, ...form })),
    csrf: record.csrf !== null,
    owner: record.owner,
  };
}

/** Writes an inspection for people. */
export function inspectionText(found: Inspection, now: number): string {
  if (!found.accepted) return escapeControls(`Refused: ${found.reason}`);
  const ago = (time: string): string =>
    `${time}, ${roughPeriod((now - Date.parse(time)) / 1000)} ago`;
  const left = (time: string): string =>
    `${time}, in ${roughPeriod((Date.parse(time) - now) / 1000)}`;
  const rows: [label: string, text: string][] = [
    ["cookie", found.cookieName],
    ["key", keyText(found.keyId, found.newestKey)],
    ["created", ago(found.createdAt)],
    ["renewed", ago(found.renewedAt)],
    ["idle limit", left(found.idleEnd)],
    ["absolute limit", left(found.absoluteEnd)],
    ["CSRF token", found.csrf ? "yes" : "no"],
    ["owner", found.owner ?? "nobody"],
    ...found.flash.map(({ level, message }): [string, string] => ["flash", `${level}: ${message}`]),
    ...found.forms.map(({ name, values, errors }): [string, string] => {
      return ["form", `${name}: ${JSON.stringify({ values, errors })}`];
    }),
    ...Object.entries(found.data).map(([key, value]): [string, string] => {
      return ["value", `${key} = ${JSON.stringify(value)}`];
    }),
  ];
  return rows.map(([label, text]) => escapeControls(`${label.padEnd(16)}${text}`)).join("\n");
}

function keyText(keyId: string | null, newest: boolean | null): string {
  if (keyId === null) return "none: the cookie names a session that the store keeps";
  return `${keyId}, ${newest === true ? "the newest" : "an older one"}`;
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
