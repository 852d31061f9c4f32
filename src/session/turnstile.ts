/** Nobody waits longer than so many milliseconds for the one before, however slow that one is. */
const MAX_TURN = 100;

/**
 * Lets requests that collided over one session try again one after the other, so that n of them
 * cost n more runs and not n². Only within this process, and only a courtesy: the store's versions
 * keep the data right, also when a slow request has lost its turn.
 */
export class Turnstile {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs a task when those before it under the same key are done or have had their time. */
  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last.set(key, promise);
    await before;
    const timer = setTimeout(resolve, MAX_TURN);
    try {
      return await task();
    } finally {
      clearTimeout(timer);
      resolve();
      if (this.#last.get(key) === promise) this.#last.delete(key);
    }
  }
}
