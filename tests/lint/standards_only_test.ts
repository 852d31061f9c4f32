import { assertEquals } from "@std/assert";
import { messagesOf } from "./messages_of.ts";

const PATH = "src/web/form.ts";

/** The names that the rule refuses in a text. */
function refused(text: string, path = PATH): string[] {
  return messagesOf(path, text).map((message) => message.split(" ")[2] ?? message);
}

Deno.test("standardsOnly accepts standard globals and everything a module declares", () => {
  const text = `
    import whole, { part as renamed } from "./cookie.ts";
    import * as names from "./cookie.ts";
    export { renamed as process };
    enum Level { Low }
    interface Shape { process: string; require(Buffer: number): void }
    type Call = (...process: never[]) => void;
    class Jar<T> extends Map<string, T> {
      #process = 1;
      process = this.#process;
      constructor(private readonly setImmediate: string) { super(); setImmediate.at(0); }
      override get size(): number { return new.target === undefined ? 0 : 1; }
    }
    const { a, b: [c = undefined, ...d], ...e } = whole({ a: 1, process: names });
    const read = async (this_: Shape, { body: f }: Request): Promise<void> => {
      try { await crypto.subtle.digest("SHA-256", new TextEncoder().encode(f)); } catch (g) { throw g; }
      loop: for (const h of [a, c, d, e, Level.Low]) { if (h) break loop; }
    };
    export function check(value: unknown): asserts value is string {
      read.call(globalThis.performance, value as Jar<string>, import.meta.url);
    }
    const point: [Deno?: number] = []; point satisfies unknown[];
  `;
  assertEquals(refused(text), []);
});

Deno.test("standardsOnly refuses what only one runtime has", () => {
  assertEquals(refused("Deno.exit();"), ["Deno"]);
  assertEquals(refused("process.env.HOME;"), ["process"]);
  assertEquals(refused('const b = Buffer.from("");'), ["Buffer"]);
  assertEquals(refused('const fs = require("fs");'), ["require"]);
  assertEquals(refused("setImmediate(() => localStorage.clear());"), [
    "setImmediate",
    "localStorage",
  ]);
  assertEquals(refused("window.__dirname; Bun.serve; global; new WebSocket(document);"), [
    "window",
    "Bun",
    "global",
    "WebSocket",
    "document",
  ]);
});

Deno.test("standardsOnly finds a foreign name wherever a value stands", () => {
  const places = [
    "const x = { Deno };",
    "const x = { y: Deno };",
    "const x = { [Deno]: 1 };",
    "const { y = Deno } = {};",
    "(y = Deno) => y;",
    "class X extends Deno {}",
    "class X { y = Deno; }",
    "typeof Deno;",
    "(Deno as unknown);",
    "`${Deno}`;",
    "[][Deno];",
    "({ Deno } = { Deno: 1 });",
    "export default Deno;",
  ];
  for (const text of places) assertEquals(refused(text), ["Deno"], text);
});

Deno.test("standardsOnly sees through the global object and import.meta", () => {
  assertEquals(refused("import.meta.main; import.meta.url;"), ["import.meta.main"]);
  assertEquals(refused("globalThis.Deno;"), ["globalThis.Deno"]);
  assertEquals(refused("self.process;"), ["self.process"]);
  assertEquals(refused('globalThis["Deno"];'), ['globalThis["Deno"]']);
});

Deno.test("standardsOnly allows types of Deno in the KV store alone", () => {
  const text = "export function open(kv: Deno.Kv, b?: typeof Deno): void {}";
  assertEquals(refused(text, "src/stores/kv.ts"), []);
  assertEquals(refused(text), ["Deno", "Deno"]);
  assertEquals(refused("let t: NodeJS.Timeout; let b: Buffer;"), ["NodeJS", "Buffer"]);
  assertEquals(refused("Deno.openKv();", "src/stores/kv.ts"), ["Deno"]);
});

Deno.test("standardsOnly leaves other folders alone", () => {
  assertEquals(refused("Deno.exit();", "main.ts"), []);
  assertEquals(refused("document.title;", "tests/browser/a_test.ts"), []);
});
