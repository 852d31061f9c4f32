/**
 * Lets so many calls run at once; the others wait in line.
 */
export class CallLimit {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param most How many calls may run at once */
  constructor(most: number) {
    this.#free = most;
  }

  /**
   * Makes a call, now or when it is its turn.
   *
   * @param call What to do
   * @returns What the call gives
   */
  run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#free === Infinity) return call();
    if (this.#free > 0) {
      this.#free--;
      return this.#start(call);
    }
    return new Promise((resolve) => {
      this.#waiting.push(() => resolve(this.#start(call)));
    });
  }

  #start<T>(call: () => Promise<T>): Promise<T> {
    const running = tried(call);
    running.then(this.#next, this.#next);
    return running;
  }

  readonly #next = (): void => {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#free++;
    else waiting();
  };
}

/** A call that throws must not keep its place. */
function tried<T>(call: () => Promise<T>): Promise<T> {
  try {
    return call();
  } catch (error) {
    return Promise.reject(error);
  }
}

const { hardwareConcurrency, userAgent } = globalThis.navigator ?? {};
// In a Worker no request may wait for another one's promise, and cryptography knows no threads.
const hasOneCore = hardwareConcurrency === 1 && userAgent !== "Cloudflare-Workers";

/**
 * The limit of sealing and unsealing: one at a time where there is one core. Runtimes hand each call
 * to a thread; on one core many threads only take turns, each with cold caches, which costs more
 * than the encryption itself. Where there are more cores they work side by side.
 */
export const cryptoLimit = new CallLimit(hasOneCore ? 1 : Infinity);
