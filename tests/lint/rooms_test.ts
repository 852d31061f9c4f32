import { assert, assertEquals, assertMatch } from "@std/assert";
import { messagesOf } from "./messages_of.ts";
import { ROOMS } from "./rooms.ts";

const allowed: [path: string, text: string][] = [
  ["src/crypto/seal.ts", 'import { Keyring } from "./keyring.ts";'],
  ["src/http/cookie.ts", 'import { setCookie } from "@std/http/cookie";'],
  ["src/session/manager.ts", 'import type { SessionStore } from "./store.ts";'],
  ["src/session/manager.ts", 'import { readCookie } from "../http/cookie.ts";'],
  ["src/stores/kv_store.ts", 'import type { SessionStore } from "../session/store.ts";'],
  ["src/handler.ts", 'import { isTrustedOrigin } from "./csrf/origin.ts";'],
  ["src/mod.ts", 'export * from "./stores/cookie_store.ts";'],
  ["src/server/config.ts", 'import { generateSecret } from "../crypto/keyring.ts";'],
  ["src/std.d.ts", 'import { anything } from "anywhere";'],
  ["views/home.tsx", 'import type { Context } from "../src/mod.ts";'],
  ["views/layout.tsx", 'import css from "./style/frame.css" with { type: "text" };'],
  ["views/render.tsx", 'import { render } from "preact-render-to-string";'],
  ["main.ts", 'import { routes } from "./views/routes.ts";\nimport { createClient } from "redis";'],
  ["tests/handler_test.ts", 'import { Sealer } from "../src/crypto/seal.ts";'],
];

const forbidden: [path: string, text: string, fault: RegExp][] = [
  ["src/crypto/seal.ts", 'import { form } from "../http/form.ts";', /crypto may import nothing/],
  ["src/crypto/seal.ts", 'import { eTag } from "@std/http/etag";', /nothing from outside/],
  ["src/http/cookie.ts", 'export { Session } from "../session/session.ts";', /this is session$/],
  ["src/http/cookie.ts", 'export * from "../session/session.ts";', /this is session$/],
  ["src/http/cookie.ts", 'await import("../session/session.ts");', /this is session$/],
  ["src/http/cookie.ts", "await import(String(1));", /its name is computed$/],
  ["src/http/cookie.ts", 'type S = import("../handler.ts").Handler;', /this is pipeline$/],
  ["src/session/record.ts", 'import { Session } from "./session.ts";', /this is session$/],
  ["src/session/manager.ts", 'import { KvStore } from "../stores/kv_store.ts";', /is stores$/],
  ["src/stores/kv_store.ts", 'import { Sessions } from "../session/manager.ts";', /is session$/],
  ["src/handler.ts", 'import { Config } from "./server/config.ts";', /this is server$/],
  ["src/handler.ts", 'import { h } from "preact";', /from outside$/],
  ["src/http/form.ts", 'import { readFile } from "node:fs";', /from outside$/],
  ["src/stores/redis_store.ts", 'import { createClient } from "redis";', /only main\.ts may$/],
  ["src/mod.ts", 'export * from "../views/home.tsx";', /this is views$/],
  ["src/mod.ts", 'export * from "../tests/memory.ts";', /no room of the table$/],
  ["views/home.tsx", 'import { Session } from "../src/session/session.ts";', /is session$/],
  ["views/home.tsx", 'import { render } from "preact-render-to-string";', /only views\/render/],
  ["views/render.tsx", 'import { render } from "npm:preact-render-to-string@6";', /from outside/],
  ["main.ts", 'import { Hono } from "hono";', /from outside$/],
  ["src/utils.ts", "export const one = 1;", /Cannot place src\/utils\.ts/],
];

Deno.test("rooms accepts imports that run downwards", () => {
  for (const [path, text] of allowed) assertEquals(messagesOf(path, text), [], `${path}: ${text}`);
});

Deno.test("rooms refuses every other import and says why", () => {
  for (const [path, text, fault] of forbidden) {
    const messages = messagesOf(path, text);
    assertEquals(messages.length, 1, `${path}: ${text}`);
    assertMatch(messages[0] ?? "", fault);
  }
});

Deno.test("ROOMS lists every room below those that import it", () => {
  const names = Object.keys(ROOMS);
  for (const [index, name] of names.entries()) {
    for (const target of ROOMS[name]?.imports ?? []) {
      assert(names.slice(0, index).includes(target), `${name} imports ${target}, not below it`);
    }
  }
});
