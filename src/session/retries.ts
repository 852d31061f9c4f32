import { SessionConflictError } from "./errors.ts";
import { Turnstile } from "./turnstile.ts";

/** A request gives up, with a 503, when others were faster so many times. */
const MAX_ATTEMPTS = 64;
/** The longest pause between two attempts, as a multiple of what the last attempt took… */
const MAX_RATIO = 8;
/** …and in milliseconds. */
const MAX_PAUSE = 250;

/** Repeats what lost a race over a session, in turn with the others that lost one. */
export class Retries {
  readonly #turnstile = new Turnstile();

  /**
   * Tries until something comes of it.
   *
   * @param key Names the session.
   * @param attempt Gives null when another request was faster.
   * @throws {SessionConflictError} If others were faster in all attempts.
   */
  run<T>(key: string, attempt: () => Promise<T | null>): Promise<T> {
    return this.#turnstile.run(key, async (step) => {
      for (let count = 1; count <= MAX_ATTEMPTS; count++) {
        step();
        const began = performance.now();
        const result = await attempt();
        if (result !== null) return result;
        // Other processes have turnstiles of their own: chance decides between them.
        const took = performance.now() - began;
        const longest = took * Math.min(2 ** count, MAX_RATIO);
        await pause(Math.random() * Math.min(longest, MAX_PAUSE));
      }
      throw new SessionConflictError(
        `Cannot write the session: other requests were faster ${MAX_ATTEMPTS} times`,
      );
    });
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
