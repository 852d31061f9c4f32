import { backoff } from "../session/contention.ts";

const MAX_ATTEMPTS = 100;
/** The longest pause between two attempts, in milliseconds. */
const MAX_PAUSE = 32;

/**
 * Retries while another process has the database file locked: SQLite gives up immediately, and has
 * written nothing then.
 *
 * @param operation Receives the number of the attempt, from 1.
 */
export async function retryWhileLocked<T>(
  operation: (attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await operation(attempt);
    } catch (error) {
      const isLocked = error instanceof Error && error.message.includes("database is locked");
      if (!isLocked || attempt === MAX_ATTEMPTS) throw error;
      await backoff(attempt, MAX_PAUSE);
    }
  }
}
