import plugin from "./plugin.ts";

/** What our rules say of a file with this path and text. */
export function messagesOf(path: string, text: string): string[] {
  const root = new URL("../../", import.meta.url).pathname;
  return Deno.lint.runPlugin(plugin, root + path, text).map(({ message }) => message);
}
