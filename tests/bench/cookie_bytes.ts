import { CookieStore, generateSecret, type JsonValue, Sessions } from "../../src/session/mod.ts";
import { nodePath } from "./peers.ts";
import type { Check } from "./report.ts";
import { SAMPLE_SESSION } from "./sample_session.ts";

/** How many bytes a session takes in its cookie, beside iron-session's. */
export async function cookieBytesChecks(): Promise<Check[]> {
  const sessions = [
    ["the tutorial's session", { counter: 1 }, 0.5],
    ["a 253-byte session", SAMPLE_SESSION, 0.75],
  ] as const;
  return await Promise.all(sessions.map(async ([title, data, most]) => {
    const own = await satchelBytes(data);
    const irons = await ironBytes(data);
    return {
      title: `cookie of ${title} / iron-session's`,
      value: `${(own / irons).toFixed(2)}: ${own} / ${irons} bytes`,
      target: `≤ ${most}`,
      isMet: own / irons <= most,
    };
  }));
}

async function satchelBytes(data: Readonly<Record<string, JsonValue>>): Promise<number> {
  const store = new CookieStore({ secrets: [generateSecret()] });
  const sessions = new Sessions<Record<string, JsonValue>>({ store });
  const request = new Request("http://127.0.0.1/");
  const { headers } = await sessions.handle(request, (session) => {
    for (const [key, value] of Object.entries(data)) session.set(key, value);
    return new Response();
  });
  const pair = headers.getSetCookie()[0]?.split(";")[0] ?? "";
  return pair.slice(pair.indexOf("=") + 1).length;
}

async function ironBytes(data: Readonly<Record<string, JsonValue>>): Promise<number> {
  const script = new URL("peers/iron_cookie.mjs", import.meta.url).pathname;
  const args = [nodePath, script, "0", JSON.stringify(data)];
  const { stdout } = await new Deno.Command("env", { args, stderr: "inherit" }).output();
  return Number(new TextDecoder().decode(stdout));
}
