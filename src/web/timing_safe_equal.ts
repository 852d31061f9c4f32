/**
 * Compares two byte strings in a time that depends on their lengths alone, so that a guess cannot
 * be improved byte by byte.
 *
 * @param a Bytes of one side
 * @param b Bytes of the other side
 * @returns Whether both have the same length and the same bytes
 */
export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
