import { assertEquals } from "@std/assert";
import { escapeControls } from "../../src/server/escape_controls.ts";

for (
  const [text, escaped] of [
    ["plain text, ünïcödé 🎒", "plain text, ünïcödé 🎒"],
    ["two\nlines\r", "two\\u{a}lines\\u{d}"],
    ["\x1b[31mred", "\\u{1b}[31mred"],
    ["\x9b2J", "\\u{9b}2J"],
    ["\u202egnp.exe", "\\u{202e}gnp.exe"],
    ["a\u2028b", "a\\u{2028}b"],
  ] as const
) {
  Deno.test(`escapeControls() writes ${JSON.stringify(text)} as ${escaped}`, () => {
    assertEquals(escapeControls(text), escaped);
  });
}
