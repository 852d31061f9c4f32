import { assertEquals } from "@std/assert";
import { RepeatLog } from "../../src/server/repeat_log.ts";

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A log that keeps its reports as text: kind, count, and whether it is the first. */
function logOf(
  interval: number,
  memory?: number,
): { log: RepeatLog<string>; reports: string[] } {
  const reports: string[] = [];
  const log = new RepeatLog<string>(({ kind, count, latest, isFirst }) => {
    reports.push(`${kind} ${count} ${latest}${isFirst ? " first" : ""}`);
  }, { interval, memory });
  return { log, reports };
}

Deno.test("RepeatLog.note() reports the first event of a kind immediately", () => {
  const { log, reports } = logOf(10_000);
  log.note("forged", "a");
  log.note("malformed", "b");
  assertEquals(reports, ["forged 1 a first", "malformed 1 b first"]);
  log.flush();
  assertEquals(reports.length, 2);
});

Deno.test("RepeatLog.note() sums 10,000 events up in two reports", () => {
  const { log, reports } = logOf(10_000);
  for (let count = 0; count < 10_000; count++) log.note("forged", String(count));
  assertEquals(reports, ["forged 1 0 first"]);
  log.flush();
  log.flush();
  assertEquals(reports, ["forged 1 0 first", "forged 9999 9999"]);
});

Deno.test("RepeatLog.note() reports once an interval while events go on", async () => {
  const { log, reports } = logOf(20);
  for (const event of ["a", "b", "c"]) log.note("expired", event);
  await pause(30);
  assertEquals(reports.slice(1), ["expired 2 c"]);
  log.note("expired", "d");
  assertEquals(reports.length, 2);
  log.flush();
  assertEquals(reports.slice(2), ["expired 1 d"]);
});

Deno.test("RepeatLog.note() takes an event after a quiet time for the first", async () => {
  const { log, reports } = logOf(1);
  log.note("forged", "a");
  await pause(20);
  log.note("forged", "b");
  assertEquals(reports, ["forged 1 a first", "forged 1 b first"]);
  log.flush();
});

Deno.test("RepeatLog.note() remembers a kind over pauses shorter than its memory", async () => {
  const { log, reports } = logOf(1, 60_000);
  log.note("down", "a");
  await pause(20);
  log.note("down", "b");
  await pause(20);
  assertEquals(reports, ["down 1 a first", "down 1 b"]);
  log.flush();
});
