import { SessionStoreError } from "../session/errors.ts";
import type { OwnerIndex, SessionBackend, StoredValue, WriteEntry } from "./backend.ts";

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
      const fail = (cause: unknown): void => {
        clearTimeout(timer);
        const reason = cause instanceof Error ? cause.message : String(cause);
        reject(new SessionStoreError(`Cannot reach the ${this.name} store: ${reason}`, { cause }));
      };
      const timer = setTimeout(() => {
        fail(new DOMException(`no answer within ${this.#timeout} ms`, "TimeoutError"));
      }, this.#timeout);
      const done = (value: T): void => {
        clearTimeout(timer);
        resolve(value);
      };
      try {
        operation().then(done, fail);
      } catch (cause) {
        fail(cause);
      }
    });
  }
}
