/**
 * A short name for a text that changes whenever the text does, so that browsers may keep what
 * stands under it for ever. FNV-1a, 32 bits: a pure function, because some runtimes forbid
 * `crypto` while modules load. It protects against nothing but a stale copy.
 *
 * @param text The content of an asset.
 * @returns 7 characters, 0-9 and a-v.
 */
export function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(32).padStart(7, "0");
}
