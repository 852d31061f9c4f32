/** Nobody waits longer than so many milliseconds for a step of the one before. */
const MAX_STEP = 100;

/**
 * Lets requests that collided over one session try again one after the other, so that n of them
 * cost n more runs and not n². Only within this process, and only a courtesy: the store's versions
 * keep the data right, also when a slow request has lost its turn.
 */
export class Turnstile {
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Runs a task when those before it under the same key are done, or are slow.
   *
   * @param key What the tasks collide over.
   * @param task To call the function it is given when it begins a new step: a task of many short
   * steps keeps its turn, one with a long step does not.
   */
  async run<T>(key: string, task: (step: () => void) => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last.set(key, promise);
    await before;
    let timer = setTimeout(resolve, MAX_STEP);
    const step = (): void => {
      clearTimeout(timer);
      timer = setTimeout(resolve, MAX_STEP);
    };
    try {
      return await task(step);
    } finally {
      clearTimeout(timer);
      resolve();
      if (this.#last.get(key) === promise) this.#last.delete(key);
    }
  }
}
