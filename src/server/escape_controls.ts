/** Control and format characters: line ends, ANSI escapes, bidirectional overrides and the like. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Makes text safe for a terminal and for one line of a log: control and format characters become
 * `\u{…}`, so that nobody forges a line or moves the cursor by what he asks for.
 *
 * @param text Text from outside.
 * @returns The same text where it holds no such character.
 */
export function escapeControls(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/**
 * Writes a value as JSON that is safe to print: `JSON.stringify` escapes C0 alone, here all that
 * {@linkcode escapeControls} escapes becomes `\uXXXX`. Who parses it gets the same value.
 *
 * @param value Anything that JSON has a form for.
 */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE, (character) => {
    const units = character.split("").map((unit) => unit.charCodeAt(0));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}
