/**
 * A short name for a text that changes whenever the text does, so that browsers may keep what
 * stands under it for ever. FNV-1a, 64 bits: a pure function, because some runtimes forbid
 * `crypto` while modules load. It protects against nothing but a stale copy.
 *
 * @param text The content of an asset.
 * @returns 13 characters, 0-9 and a-v.
 */
export function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(32).padStart(13, "0");
}
