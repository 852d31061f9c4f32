import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { JSX } from "preact";
import { duration } from "../../views/duration.ts";
import { FlashList } from "../../views/flash_list.tsx";
import { renderDocument } from "../../views/render.tsx";
import { SizeChart } from "../../views/size_chart.tsx";
import { Timeline } from "../../views/timeline.tsx";
import { ValueTree } from "../../views/value_tree.tsx";
import { site } from "../support/site.ts";

function render(element: JSX.Element): string {
  return renderDocument(element).replace("<!DOCTYPE html>", "");
}

for (
  const [seconds, text] of [
    [0, "1 second"],
    [59.9, "59 seconds"],
    [60, "1 minute"],
    [1199, "19 minutes, 59 seconds"],
    [3600 + 59, "1 hour"],
    [604800, "7 days"],
    [90061, "1 day, 1 hour"],
  ] as const
) {
  Deno.test(`duration() says ${seconds} seconds as ${text}`, () => {
    assertEquals(duration(seconds), text);
  });
}

Deno.test("ValueTree() shows every kind of value", () => {
  const value = {
    text: "<a>",
    number: 1.5,
    yes: true,
    none: null,
    list: [],
    object: {},
    deep: [[1]],
  };
  const text = render(<ValueTree value={value} />);
  assertStringIncludes(text, '<b>text</b> <code class="string">&quot;&lt;a>&quot;</code>');
  assertStringIncludes(text, '<b>number</b> <code class="number">1.5</code>');
  assertStringIncludes(text, '<b>yes</b> <code class="boolean">true</code>');
  assertStringIncludes(text, '<b>none</b> <code class="null">null</code>');
  assertStringIncludes(text, '<b>list</b> <code class="null">empty list</code>');
  assertStringIncludes(text, '<b>object</b> <code class="null">empty object</code>');
  assertEquals(text.match(/<summary>list, 1<\/summary>/g)?.length, 2);
});

Deno.test("ValueTree() folds what is long and escapes keys", () => {
  const long = Array.from({ length: 21 }, (_, index) => index);
  assertMatch(render(<ValueTree value={long} />), /^<details ?><summary>list, 21</);
  assertMatch(render(<ValueTree value={{ "<b>": 1 }} />), /^<details open>.*<b>&lt;b><\/b>/);
});

Deno.test("SizeChart() draws bars to one scale", () => {
  const sizes = [{ key: "cart", bytes: 200 }, { key: "<a>", bytes: 50 }];
  const text = render(<SizeChart sizes={sizes} />);
  assertStringIncludes(text, '<th scope="row">cart</th><td>200</td>');
  assertStringIncludes(text, '<th scope="row">&lt;a></th><td>50</td>');
  const widths = Array.from(text.matchAll(/<rect width="([^"]+)"/g), ([, width]) => width);
  assertEquals(widths, ["100.0", "25.0"]);
  assertStringIncludes(render(<SizeChart sizes={[{ key: "a", bytes: 0 }]} />), 'width="0.0"');
});

Deno.test("Timeline() puts now among the moments and leaves out what never comes", () => {
  const now = new Date("2026-01-01T12:00:00Z");
  const moments = [
    { name: "Begin", at: new Date("2026-01-01T11:58:00Z") },
    { name: "A blink ago", at: new Date("2026-01-01T11:59:59.500Z") },
    { name: "Never", at: null },
    { name: "End", at: new Date("2026-01-02T13:00:00Z") },
  ];
  const text = render(<Timeline moments={moments} now={now} />);
  const shown = [...text.matchAll(/<li class="(\w+)"><b>([^<]+)<\/b><span>([^<]+)</g)];
  assertEquals(shown.map(([, ...parts]) => parts), [
    ["past", "Begin", "2 minutes ago"],
    ["past", "A blink ago", "just now"],
    ["now", "Now", "this page"],
    ["future", "End", "in 1 day, 1 hour"],
  ]);
  assertStringIncludes(text, '<time datetime="2026-01-02T13:00:00.000Z">2026-01-02 13:00:00 UTC');
});

Deno.test("FlashList() shows the site's levels in order and leaves the others", async () => {
  const session = await site().sessions.load(new Request("http://localhost/"));
  session.flash("one").flash("two", { level: "error" }).flash("kept", { level: "form:x" });
  session.flash("<three>", { level: "warning" }).flash("four", { level: "success" });
  const text = render(<FlashList session={session} />);
  const shown = [...text.matchAll(
    /<li class="flash (\w+)"><strong>(\w+)<\/strong><p role="(\w+)">([^<]+)<\/p><input type="checkbox"[^>]* aria-label="([^"]+)">/g,
  )];
  assertEquals(shown.map(([, ...parts]) => parts), [
    ["info", "Note", "status", "one", "Dismiss: one"],
    ["error", "Error", "alert", "two", "Dismiss: two"],
    ["warning", "Careful", "status", "&lt;three>", "Dismiss: &lt;three>"],
    ["success", "Done", "status", "four", "Dismiss: four"],
  ]);
  assertEquals(session.peekFlash().map(({ message }) => message), ["kept"]);
  assertEquals(render(<FlashList session={session} />), "");
});
