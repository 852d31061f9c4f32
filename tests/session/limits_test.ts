import type { TimeLimitOptions } from "@satchel/satchel";
import { assertEquals, assertThrows } from "@std/assert";
import { TimeLimits } from "../../src/session/limits.ts";
import { blankRecord } from "../../src/session/record.ts";

const BORN = 1_000_000;

/** A record that was renewed some seconds after it began. */
function record(renewedAfter = 0) {
  return { ...blankRecord(BORN), renewedAt: BORN + renewedAfter };
}

/** The age at which reading renews a session; null: never. */
function renewalAge(options: TimeLimitOptions): number | null {
  const limits = new TimeLimits(options);
  const age = Array.from({ length: 1000 }, (_, age) => age)
    .find((age) => limits.isRenewalDue(record(), BORN + age));
  return age ?? null;
}

Deno.test("TimeLimits default to twenty minutes, seven days and a quarter", () => {
  assertEquals(new TimeLimits({}).endsOf(record(5)), [BORN + 5 + 1200, BORN + 604_800]);
  assertEquals(renewalAge({}), 300);
  assertEquals(renewalAge({ idleTimeout: 40 }), 10);
  assertEquals(renewalAge({ idleTimeout: 5 }), 1);
  assertEquals(renewalAge({ idleTimeout: 3 }), 0);
  assertEquals(renewalAge({ idleTimeout: null }), null);
});

Deno.test("TimeLimits.isRenewalDue() obeys renewAfter", () => {
  for (const renewAfter of [0, 7, null]) assertEquals(renewalAge({ renewAfter }), renewAfter);
});

for (const name of ["idleTimeout", "absoluteTimeout", "renewAfter"] as const) {
  const least = name === "renewAfter" ? 0 : 1;
  for (const value of [least - 1, 1.5, NaN, Infinity]) {
    Deno.test(`TimeLimits refuse ${name} ${value}`, () => {
      assertThrows(
        () => new TimeLimits({ [name]: value }),
        RangeError,
        `Cannot use ${name} ${value}: a whole number of seconds from ${least} is needed, or null`,
      );
    });
  }
}

Deno.test("TimeLimits.rejection() takes a session as old as its limit for valid", () => {
  const limits = new TimeLimits({ idleTimeout: 10, absoluteTimeout: 100 });
  assertEquals(limits.rejection(record(), BORN + 10), null);
  assertEquals(limits.rejection(record(), BORN + 11), "expired");
  assertEquals(limits.rejection(record(95), BORN + 100), null);
  assertEquals(limits.rejection(record(95), BORN + 101), "expired");
});

Deno.test("TimeLimits know no end without limits", () => {
  const limits = new TimeLimits({ idleTimeout: null, absoluteTimeout: null });
  assertEquals(limits.rejection(record(), BORN + 1e9), null);
  assertEquals(limits.lifetime(record(), BORN), null);
  assertEquals(limits.endsOf(record()), [Infinity, Infinity]);
});

Deno.test("TimeLimits.rejection() allows clocks to differ by a minute", () => {
  const limits = new TimeLimits({});
  assertEquals(limits.rejection(record(), BORN - 60), null);
  assertEquals(limits.rejection(record(), BORN - 61), "from the future");
  assertEquals(limits.rejection(record(10), BORN - 51), "from the future");
  assertEquals(limits.rejection(record(-100), BORN - 61), "from the future");
});

Deno.test("TimeLimits.lifetime() is what is left of the nearer limit, its last second included", () => {
  const limits = new TimeLimits({ idleTimeout: 10, absoluteTimeout: 100 });
  assertEquals(limits.lifetime(record(), BORN), 11);
  assertEquals(limits.lifetime(record(95), BORN + 95), 6);
  assertEquals(limits.lifetime(record(), BORN + 50), 1);
});
