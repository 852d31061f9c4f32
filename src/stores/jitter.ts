/** The longest pause, in milliseconds. */
const MAX_PAUSE = 32;

/** Waits for a random time, longer with each attempt, so that those who collided part. */
export function jitter(attempt: number): Promise<void> {
  const longest = Math.min(2 ** attempt, MAX_PAUSE);
  return new Promise((resolve) => setTimeout(resolve, Math.random() * longest));
}
