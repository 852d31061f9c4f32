import { SessionStoreError } from "../session/errors.ts";
import type { OwnerIndex, SessionBackend, StoredValue, WriteEntry } from "./backend.ts";

/** An answer that is waited for. */
interface Waiting {
  readonly until: number;
  fail(cause: unknown): void;
}

/**
 * A backend that answers in time or fails with a `SessionStoreError`: nobody waits for a database
 * that hangs.
 */
export class GuardedBackend implements SessionBackend {
  readonly name: string;
  readonly limit: number | null;
  readonly owners?: OwnerIndex;
  readonly #backend: SessionBackend;
  readonly #timeout: number;
  /** In the order in which their time is over, as all have the same. */
  readonly #waiting = new Set<Waiting>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param backend The backend itself.
   * @param timeout Milliseconds that each answer may take.
   */
  constructor(backend: SessionBackend, timeout: number) {
    this.name = backend.name;
    this.limit = backend.limit;
    this.#backend = backend;
    this.#timeout = timeout;
    const { owners } = backend;
    if (owners === undefined) return;
    this.owners = {
      add: (...entry) => this.#ask(() => owners.add(...entry)),
      remove: (owner, key) => this.#ask(() => owners.remove(owner, key)),
      list: (owner) => this.#ask(() => owners.list(owner)),
    };
  }

  read(key: string): Promise<StoredValue | null> {
    return this.#ask(() => this.#backend.read(key));
  }

  write(entries: readonly WriteEntry[]): Promise<boolean> {
    return this.#ask(() => this.#backend.write(entries));
  }

  ping(): Promise<unknown> {
    return this.#ask(() => this.#backend.ping());
  }

  #ask<T>(operation: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiting: Waiting = {
        until: performance.now() + this.#timeout,
        fail: (cause) => {
          this.#forget(waiting);
          const reason = cause instanceof Error ? cause.message : String(cause);
          const message = `Cannot reach the ${this.name} store: ${reason}`;
          reject(new SessionStoreError(message, { cause }));
        },
      };
      this.#waiting.add(waiting);
      // One timer for all that wait, as a timer costs more than the rest of this.
      this.#timer ??= setTimeout(this.#giveUp, this.#timeout);
      try {
        operation().then((value) => {
          this.#forget(waiting);
          resolve(value);
        }, waiting.fail);
      } catch (cause) {
        waiting.fail(cause);
      }
    });
  }

  #forget(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    if (this.#waiting.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Fails those whose time is over, and comes back for the next. */
  #giveUp = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (const { until, fail } of this.#waiting) {
      if (until - now >= 1) {
        this.#timer = setTimeout(this.#giveUp, until - now);
        return;
      }
      fail(new DOMException(`no answer within ${this.#timeout} ms`, "TimeoutError"));
    }
  };
}
