/**
 * How much of something is drawn at random, found out and not estimated: the source of randomness is
 * replaced by a list of bytes, and each bit of that list is turned round in its turn.
 *
 * It shows how many random bits decide about the result. It does not show that the runtime's own
 * `crypto.getRandomValues` is any good, which is taken on trust.
 *
 * @module
 */

/**
 * Runs something while `crypto.getRandomValues` hands out given bytes, in order.
 *
 * @returns Its result, and how many bytes it took.
 * @throws {RangeError} If it takes more than there are.
 */
export async function drawing<Made>(
  make: () => Made | Promise<Made>,
  bytes: Uint8Array,
): Promise<{ made: Made; taken: number }> {
  const { getRandomValues } = crypto;
  const { random } = Math;
  let taken = 0;
  crypto.getRandomValues = ((target: ArrayBufferView) => {
    const { buffer, byteOffset, byteLength } = target;
    if (taken + byteLength > bytes.length) throw new RangeError("It takes more than there is");
    const given = bytes.subarray(taken, taken += byteLength);
    new Uint8Array(buffer, byteOffset, byteLength).set(given);
    return target;
  }) as typeof getRandomValues;
  Math.random = () => 0.5; // which is no source of secrets, so nothing may depend on it
  try {
    return { made: await make(), taken };
  } finally {
    crypto.getRandomValues = getRandomValues;
    Math.random = random;
  }
}

/**
 * Counts the bits of `crypto.getRandomValues` that something depends on.
 *
 * @param make Makes it, from the beginning each time.
 * @returns How many bits change the result when they alone are turned round.
 * @throws {Error} If it depends on anything else that changes, such as a clock.
 */
export async function randomBitsOf(make: () => string | Promise<string>): Promise<number> {
  const bytes = crypto.getRandomValues(new Uint8Array(1024));
  const { made, taken } = await drawing(make, bytes);
  if ((await drawing(make, bytes)).made !== made) {
    throw new Error("The same random bytes give another result: it depends on something else");
  }
  let count = 0;
  for (let bit = 0; bit < 8 * taken; bit++) {
    const other = bytes.with(bit >> 3, (bytes[bit >> 3] ?? 0) ^ 1 << (bit & 7));
    if ((await drawing(make, other)).made !== made) count++;
  }
  return count;
}
