import { SessionStoreError } from "../session/errors.ts";
import type { OwnerIndex, SessionBackend, StoredValue, WriteEntry } from "./backend.ts";

/** A call that waits for its answer. */
interface Waiting {
  readonly until: number;
  fail(cause: unknown): void;
}

/**
 * A backend that answers in time or fails with a `SessionStoreError`, so that no request waits for a
 * database that hangs.
 */
export class TimeoutBackend implements SessionBackend {
  readonly name: string;
  readonly limit: number | null;
  readonly owners?: OwnerIndex;
  readonly #backend: SessionBackend;
  readonly #timeout: number;
  /**
   * The waiting calls by their places, and the free places. A `Set` that is filled and emptied all
   * the time would cost more than all the rest: its outgrown tables keep alive what they held.
   */
  readonly #waiting: (Waiting | null)[] = [];
  readonly #free: number[] = [];
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
      remove: (owner, entry) => this.#ask(() => owners.remove(owner, entry)),
      list: (owner, page) => this.#ask(() => owners.list(owner, page)),
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
      const place = this.#free.pop() ?? this.#waiting.length;
      const waiting: Waiting = {
        until: performance.now() + this.#timeout,
        fail: (cause) => {
          this.#leave(place, waiting);
          const reason = cause instanceof Error ? cause.message : String(cause);
          const message = `Cannot reach the ${this.name} store: ${reason}`;
          reject(new SessionStoreError(message, { cause }));
        },
      };
      this.#waiting[place] = waiting;
      // One timer for all calls: a timer costs more than all the rest.
      this.#timer ??= setTimeout(this.#giveUp, this.#timeout);
      try {
        operation().then((value) => {
          this.#leave(place, waiting);
          resolve(value);
        }, waiting.fail);
      } catch (cause) {
        waiting.fail(cause);
      }
    });
  }

  #leave(place: number, waiting: Waiting): void {
    if (this.#waiting[place] !== waiting) return; // it was overdue, and another has its place
    this.#waiting[place] = null;
    this.#free.push(place);
    if (this.#free.length < this.#waiting.length) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Rejects overdue calls and re-arms the timer. */
  #giveUp = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    let next = Infinity;
    for (const waiting of this.#waiting) {
      if (waiting === null) continue;
      if (waiting.until - now >= 1) next = Math.min(next, waiting.until);
      else waiting.fail(new DOMException(`no answer within ${this.#timeout} ms`, "TimeoutError"));
    }
    if (next < Infinity) this.#timer = setTimeout(this.#giveUp, next - now);
  };
}
