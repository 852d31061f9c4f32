import { jitter } from "./jitter.ts";

/** SQLite gives up at once when another process writes to the same file: that is retried. */
const MAX_ATTEMPTS = 100;

/**
 * Tries again while another process has the file locked; what fails so was not written.
 *
 * @param operation Told which attempt it is, from 1.
 */
export async function unlocked<T>(operation: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await operation(attempt);
    } catch (error) {
      const isLocked = error instanceof Error && error.message.includes("database is locked");
      if (!isLocked || attempt === MAX_ATTEMPTS) throw error;
      await jitter(attempt);
    }
  }
}
