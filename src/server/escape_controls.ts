/**
 * Makes text safe for a terminal and for one line of a log: control and format characters (line
 * ends, ANSI escapes, bidirectional overrides) become `\u{…}`, so that nobody forges a line or
 * moves the cursor by what he asks for.
 *
 * @param text Text from outside.
 * @returns The same text where it holds no such character.
 */
export function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
