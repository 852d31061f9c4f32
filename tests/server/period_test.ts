import { assertEquals } from "@std/assert";
import { period, roughPeriod } from "../../src/server/period.ts";

for (
  const [seconds, text] of [
    [1, "1 second"],
    [90, "90 seconds"],
    [60, "1 minute"],
    [1200, "20 minutes"],
    [7200, "2 hours"],
    [604_800, "7 days"],
  ] as const
) {
  Deno.test(`period() writes ${seconds} as ${text}`, () => assertEquals(period(seconds), text));
}

for (
  const [seconds, text] of [
    [0, "0 seconds"],
    [0.5, "0 seconds"],
    [1.9, "1 second"],
    [59, "59 seconds"],
    [61, "1 minute"],
    [3599, "59 minutes"],
    [108_000, "1 day"],
    [172_800, "2 days"],
  ] as const
) {
  Deno.test(`roughPeriod() writes ${seconds} as ${text}`, () => {
    assertEquals(roughPeriod(seconds), text);
  });
}
