import { SessionConflictError } from "./errors.ts";

/** Attempts after which a request gives up. */
const MAX_ATTEMPTS = 64;
/** Milliseconds after which the next in the queue starts, even if the attempt before still runs. */
const MAX_TURN = 100;
/** The longest pause between two attempts, in milliseconds. */
const MAX_PAUSE = 250;

/** The end of each session's queue. */
const queues = new Map<string, Promise<void>>();

/**
 * Repeats a write that lost a race over a session until it wins, one at a time per session: so n
 * requests cost n more runs instead of n². It is a courtesy within one process; versions keep the
 * data right, and between processes chance decides.
 *
 * @param key Names the session.
 * @param attempt Gives null when another request was faster.
 * @throws {SessionConflictError} If others were faster in all 64 attempts.
 */
export async function inTurn<T>(key: string, attempt: () => Promise<T | null>): Promise<T> {
  const before = queues.get(key);
  const { promise, resolve } = Promise.withResolvers<void>();
  queues.set(key, promise);
  await before;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    for (let count = 1; count <= MAX_ATTEMPTS; count++) {
      clearTimeout(timer);
      timer = setTimeout(resolve, MAX_TURN);
      const began = performance.now();
      const result = await attempt();
      if (result !== null) return result;
      await backoff(count, Math.min((performance.now() - began) * 8, MAX_PAUSE));
    }
  } finally {
    clearTimeout(timer);
    resolve();
    if (queues.get(key) === promise) queues.delete(key);
  }
  throw new SessionConflictError(
    `Cannot write the session: other requests were faster ${MAX_ATTEMPTS} times`,
  );
}

/**
 * Waits for a random time that doubles with each attempt, so that requests which collided part.
 *
 * @param attempt The number of attempts so far.
 * @param longest The longest wait, in milliseconds.
 */
export function backoff(attempt: number, longest: number): Promise<void> {
  const pause = Math.random() * Math.min(2 ** attempt, longest);
  return new Promise((resolve) => setTimeout(resolve, pause));
}
