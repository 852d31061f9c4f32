/**
 * Makes a short name for a text. It changes whenever the text does, so that browsers may keep the file
 * of that name for ever. FNV-1a, 32 bits: a pure function, because some runtimes forbid `crypto` while
 * modules load. It protects against stale copies alone.
 *
 * @param text The content of an asset.
 * @returns 7 characters, 0-9 and a-v.
 */
export function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(32).padStart(7, "0");
}
