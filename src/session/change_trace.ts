import type { Change } from "./change.ts";
import { CookieCache } from "./cookie_cache.ts";

/** At most so many sessions are remembered; later ones take the places of others. */
const PLACES = 4096;

/**
 * Remembers what the last writing request of a session did, under the cookie's value that it gave
 * out: only the visitor with that cookie can ask. In memory, for looking into a session.
 */
export class ChangeTrace {
  readonly #changes = new CookieCache<readonly string[]>(PLACES, PLACES);

  /** Remembers what led from a cookie's value, if there was one, to the next. */
  remember(before: string | null, value: string, changes: readonly Change[]): void {
    if (before !== null) this.#changes.delete(before);
    this.#changes.set(value, changes.map(({ kind, key }) => key ? `${kind} ${key}` : kind), 1);
  }

  /** What led to a cookie's value, in order. */
  recall(value: string | null): readonly string[] {
    return this.#changes.get(value ?? "") ?? [];
  }
}
