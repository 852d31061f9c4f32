import { assertEquals } from "@std/assert";
import { RefusalLog } from "../../src/server/refusal_log.ts";

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("RefusalLog.note() reports the first refusal of a reason at once", () => {
  const lines: string[] = [];
  const log = new RefusalLog((line) => lines.push(line), { format: "text" });
  log.note("forged");
  log.note("malformed");
  assertEquals(lines, ["Refused 1 session cookie: forged", "Refused 1 session cookie: malformed"]);
  log.flush();
});

Deno.test("RefusalLog.note() sums 10,000 refusals up in two lines", () => {
  const lines: string[] = [];
  const log = new RefusalLog((line) => lines.push(line), { format: "text" });
  for (let count = 0; count < 10_000; count++) log.note("forged");
  assertEquals(lines.length, 1);
  log.flush();
  assertEquals(lines, [
    "Refused 1 session cookie: forged",
    "Refused 9999 session cookies: forged",
  ]);
});

Deno.test("RefusalLog.note() reports once an interval while refusals go on", async () => {
  const lines: string[] = [];
  const log = new RefusalLog((line) => lines.push(line), { format: "text", interval: 20 });
  log.note("expired");
  log.note("expired");
  log.note("expired");
  await pause(30);
  assertEquals(lines.slice(1), ["Refused 2 session cookies: expired"]);
  log.note("expired");
  assertEquals(lines.length, 2);
  log.flush();
  assertEquals(lines.slice(2), ["Refused 1 session cookie: expired"]);
});

Deno.test("RefusalLog.note() forgets a reason after a quiet interval", async () => {
  const lines: string[] = [];
  const log = new RefusalLog((line) => lines.push(line), { format: "text", interval: 1 });
  log.note("forged");
  await pause(20);
  assertEquals(lines.length, 1);
  log.note("forged");
  assertEquals(lines.length, 2);
  log.flush();
});

Deno.test("RefusalLog.note() writes JSON", () => {
  const lines: string[] = [];
  const log = new RefusalLog((line) => lines.push(line), { format: "json" });
  log.note("unknown key");
  assertEquals(lines.map((line) => JSON.parse(line)), [
    { level: "warning", event: "session cookie refused", reason: "unknown key", count: 1 },
  ]);
  log.flush();
});

Deno.test("RefusalLog.flush() reports nothing twice", () => {
  const lines: string[] = [];
  const log = new RefusalLog((line) => lines.push(line), { format: "text" });
  log.note("forged");
  log.flush();
  log.flush();
  assertEquals(lines.length, 1);
});
