import type { SessionTrace } from "../session/state.ts";

const MAX_SESSIONS = 4096;

/**
 * Keeps in memory what the last write of each session did, for `inspect`: of the 4096 sessions that
 * were written last, and no value of any.
 */
export class ChangeTrace implements SessionTrace {
  /** Oldest first. */
  readonly #changes = new Map<string, readonly string[]>();

  /**
   * Keeps the changes of a write.
   *
   * @param value The cookie's value from now on.
   * @param changes The changes, in order.
   */
  set(value: string, changes: Parameters<SessionTrace["set"]>[1]): void {
    const [oldest = ""] = this.#changes.keys();
    if (this.#changes.size === MAX_SESSIONS) this.#changes.delete(oldest);
    this.#changes.set(value, changes.map(({ kind, key }) => key ? `${kind} ${key}` : kind));
  }

  /**
   * Returns what the last write of a session did, in order.
   *
   * @param value The cookie's value.
   */
  get(value: string): readonly string[] {
    return this.#changes.get(value) ?? [];
  }
}
