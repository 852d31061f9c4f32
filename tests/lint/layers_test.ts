import { assertEquals, assertMatch } from "@std/assert";
import { messagesOf } from "./messages_of.ts";

const allowed: [path: string, text: string][] = [
  ["src/seal/seal.ts", 'import { Keyring } from "./keyring.ts";'],
  ["src/session/cookie_store.ts", 'import type { Sealer } from "../seal/seal.ts";'],
  ["src/stores/kv.ts", 'import type { SessionStore } from "../session/store.ts";'],
  ["src/web/error_page.ts", 'import { STATUS_TEXT } from "@std/http/status";'],
  ["src/web/csrf.ts", 'import { encodeBase64url } from "../seal/bytes.ts";'],
  ["src/inspector/mod.ts", 'export { html } from "../web/responses.ts";'],
  ["src/adapters/hono.ts", 'import { Sessions } from "../session/sessions.ts";'],
  ["src/server/config.ts", 'import { generateSecret } from "../seal/keyring.ts";'],
  ["src/std.d.ts", 'import { anything } from "anywhere";'],
  ["views/home.tsx", 'import type { Context } from "../src/web/mod.ts";'],
  ["views/layout.tsx", 'import css from "./style/frame.css" with { type: "text" };'],
  ["views/render.tsx", 'import { render } from "preact-render-to-string";'],
  ["main.ts", 'import { routes } from "./views/routes.ts";\nawait import("redis");'],
  ["tests/handler_test.ts", 'import { Sealer } from "../src/seal/seal.ts";'],
];

const forbidden: [path: string, text: string, fault: RegExp][] = [
  ["src/seal/seal.ts", 'import { Session } from "../session/session.ts";', /may import nothing/],
  ["src/session/cookie.ts", 'import { setCookie } from "@std/http/cookie";', /import @std\/http/],
  ["src/session/session.ts", 'export * from "../stores/kv.ts";', /import src\/stores\/kv\.ts:/],
  ["src/session/session.ts", 'export { csrf } from "../web/csrf.ts";', /may import src\/seal\/$/],
  ["src/session/session.ts", 'await import("../web/csrf.ts");', /import src\/web\/csrf\.ts:/],
  ["src/session/session.ts", "await import(String(1));", /import a computed name:/],
  ["src/session/session.ts", 'type C = import("../web/csrf.ts").C;', /src\/web\/csrf\.ts:/],
  ["src/stores/redis.ts", 'import { createClient } from "redis";', /import redis:/],
  ["src/web/csrf.ts", 'import { Sealer } from "../seal/seal.ts";', /import src\/seal\/seal\.ts:/],
  ["src/web/form.ts", 'import { readFile } from "node:fs";', /import node:fs:/],
  ["src/web/handler.ts", 'import { h } from "preact";', /import preact:/],
  ["src/web/mod.ts", 'export * from "../../tests/memory.ts";', /import tests\/memory\.ts:/],
  ["src/inspector/mod.ts", 'import { KvStore } from "../stores/kv.ts";', /src\/stores\/kv\.ts:/],
  ["views/home.tsx", 'import { Session } from "../src/session/session.ts";', /session\.ts: views/],
  ["views/home.tsx", 'import { render } from "preact-render-to-string";', /to-string: views/],
  ["views/render.tsx", 'import { render } from "npm:preact-render-to-string@6";', /import npm:/],
  ["main.ts", 'import { Hono } from "hono";', /import hono:/],
  ["src/utils.ts", "export const one = 1;", /^Cannot place src\/utils\.ts: no such layer$/],
];

Deno.test("layers accepts imports in the direction of the table", () => {
  for (const [path, text] of allowed) assertEquals(messagesOf(path, text), [], `${path}: ${text}`);
});

Deno.test("layers refuses every other import and says why", () => {
  for (const [path, text, fault] of forbidden) {
    const messages = messagesOf(path, text);
    assertEquals(messages.length, 1, `${path}: ${text}`);
    assertMatch(messages[0] ?? "", fault);
  }
});
