import { CookieCache, unsliced } from "../session/cookie_cache.ts";
import { decodeRecord, type SessionRecord } from "../session/record.ts";
import { AtRest } from "./at_rest.ts";
import { keyOf } from "./session_id.ts";

const PURPOSE = "satchel v1 session";
/** The most characters of sealed sessions that are remembered. */
const MAX_SIZE = 16_777_216;

/** What is known of an id: where its record is, what opens it, what was there last. */
export interface Known {
  readonly id: string;
  /** The name of the cookie that the id holds under. */
  readonly cookieName: string;
  readonly key: string;
  readonly seal: AtRest;
  readonly sealed: string;
  /** What is sealed in it: a record, or why there is none. */
  readonly content: SessionRecord | "retired" | "malformed";
  /** When this process last brought the owner's list up to date, in seconds. */
  readonly listedAt: number;
}

/** What a process remembers of ids. An id is remembered under its own cookie's name alone. */
export class KnownIds {
  readonly #cache: CookieCache<Known>;

  /**
   * @param places How many ids to remember at most.
   * @throws {RangeError} If so many cannot be remembered.
   */
  constructor(places: number) {
    this.#cache = new CookieCache(places, MAX_SIZE);
  }

  /** What is remembered of an id under this name. */
  get(id: string, cookieName: string): Known | undefined {
    const known = this.#cache.get(id);
    return known?.cookieName === cookieName ? known : undefined;
  }

  /** Remembers an id, if there is room at all. */
  set(known: Known): void {
    this.#cache.set(known.id, known, known.sealed.length);
  }
}

/** Gets to know an id of which nothing was kept yet. */
export async function meet(given: string, cookieName: string): Promise<Known> {
  const id = unsliced(given);
  const sealing = AtRest.from(id, `${PURPOSE}:${cookieName}`);
  const [key, seal] = await Promise.all([keyOf(id, cookieName), sealing]);
  return { id, cookieName, key, seal, sealed: "", content: "malformed", listedAt: 0 };
}

/** Reads what was sealed under a key: a record, or why there is none. */
export function contentOf(text: string): Known["content"] {
  return successorIn(text) === null ? decodeRecord(text) ?? "malformed" : "retired";
}

/** The key that a tombstone leads to; null if the text is none: records begin with a bracket. */
export function successorIn(text: string): string | null {
  return text.startsWith('"') ? JSON.parse(text) : null;
}
