/**
 * Fails unless a condition holds.
 *
 * @throws {Error} With the message.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/**
 * Fails unless two values are the same as JSON; the order of an object's keys does not count.
 *
 * @param actual The value found.
 * @param expected The value that is right.
 * @param what Names the value in the message, as in "The counter".
 * @throws {Error} With both values.
 */
export function assertSame(actual: unknown, expected: unknown, what: string): void {
  const [found, right] = [canonical(actual), canonical(expected)];
  assert(found === right, `${what}: expected ${right}, found ${found}`);
}

/** A class of errors, whatever its constructor takes. */
interface ErrorClass<Thrown extends Error> {
  readonly name: string;
  readonly prototype: Thrown;
  [Symbol.hasInstance](value: unknown): boolean;
}

/**
 * Fails unless a function rejects or throws with an error of a class.
 *
 * @returns The error.
 * @throws {Error} If it succeeds.
 * @throws Any other error that it throws.
 */
export async function assertRejects<Thrown extends Error>(
  run: () => unknown,
  expected: ErrorClass<Thrown>,
): Promise<Thrown> {
  try {
    await run();
  } catch (error) {
    if (error instanceof expected) return error as Thrown;
    throw error;
  }
  throw new Error(`Expected a ${expected.name}, but nothing was thrown`);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part) => {
    const isObject = typeof part === "object" && part !== null && !Array.isArray(part);
    return isObject ? Object.fromEntries(Object.entries(part).sort()) : part;
  }) ?? "undefined";
}
