import type { Change } from "./change.ts";

/** So many sessions are remembered, the oldest are forgotten first. */
const MAX_ENTRIES = 1000;

/**
 * Remembers what the last writing request of a session did, under the cookie's value that it gave
 * out: only the visitor with that cookie can ask. In memory, for looking into a session.
 */
export class ChangeTrace {
  readonly #changes = new Map<string, readonly string[]>();

  /** Remembers what led to a cookie's value. */
  remember(value: string, changes: readonly Change[]): void {
    this.#changes.delete(value);
    this.#changes.set(value, changes.map(({ kind, key }) => key ? `${kind} ${key}` : kind));
    for (const oldest of this.#changes.keys()) {
      if (this.#changes.size <= MAX_ENTRIES) break;
      this.#changes.delete(oldest);
    }
  }

  /** What led to a cookie's value, in order. */
  recall(value: string | null): readonly string[] {
    return this.#changes.get(value ?? "") ?? [];
  }
}
