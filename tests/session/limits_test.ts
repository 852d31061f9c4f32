import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { blankRecord } from "../../src/session/record.ts";
import { type TimeLimitOptions, TimeLimits } from "../../src/session/limits.ts";

const BORN = 1_000_000;

function record(renewedAfter = 0) {
  return { ...blankRecord(BORN), renewedAt: BORN + renewedAfter };
}

Deno.test("TimeLimits has twenty minutes, seven days and a quarter by default", () => {
  const limits = new TimeLimits({});
  assertEquals(limits.endsOf(record()), [BORN + 1200, BORN + 604_800]);
  const renewal = (options: TimeLimitOptions): number => {
    let age = 0;
    while (age < 1000 && !new TimeLimits(options).isRenewalDue(record(), BORN + age)) age++;
    return age;
  };
  assertEquals(renewal({}), 300);
  assertEquals(renewal({ idleTimeout: 5 }), 1);
  assertEquals(renewal({ idleTimeout: 3 }), 0);
  assertEquals(renewal({ renewAfter: 0 }), 0);
});

for (const name of ["idleTimeout", "absoluteTimeout", "renewAfter"] as const) {
  for (const value of [-1, 1.5, NaN, Infinity]) {
    Deno.test(`TimeLimits refuses ${name} ${value}`, () => {
      assertThrows(
        () => new TimeLimits({ [name]: value }),
        RangeError,
        `Cannot use ${name} ${value}: a whole number of seconds from`,
      );
    });
  }
}

Deno.test("TimeLimits refuses timeouts of 0, which would end every session at once", () => {
  assertThrows(() => new TimeLimits({ idleTimeout: 0 }), RangeError, "seconds from 1 is needed");
  assertThrows(() => new TimeLimits({ absoluteTimeout: 0 }), RangeError);
});

Deno.test("TimeLimits.rejection() takes a session as old as its limit for valid", () => {
  const limits = new TimeLimits({ idleTimeout: 10, absoluteTimeout: 100 });
  assertEquals(limits.rejection(record(), BORN + 10), null);
  assertEquals(limits.rejection(record(), BORN + 11), "expired");
  assertEquals(limits.rejection(record(95), BORN + 100), null);
  assertEquals(limits.rejection(record(95), BORN + 101), "expired");
});

Deno.test("TimeLimits.rejection() knows no end without limits", () => {
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

Deno.test("TimeLimits.isRenewalDue() throttles, always or never", () => {
  const quarter = new TimeLimits({ idleTimeout: 40 });
  assertFalse(quarter.isRenewalDue(record(), BORN + 9));
  assert(quarter.isRenewalDue(record(), BORN + 10));
  assert(new TimeLimits({ renewAfter: 0 }).isRenewalDue(record(), BORN));
  assertFalse(new TimeLimits({ renewAfter: null }).isRenewalDue(record(), BORN + 1000));
  assertFalse(new TimeLimits({ idleTimeout: null }).isRenewalDue(record(), BORN + 1e9));
});

Deno.test("TimeLimits.lifetime() is what is left of the nearer limit, its last second included", () => {
  const limits = new TimeLimits({ idleTimeout: 10, absoluteTimeout: 100 });
  assertEquals(limits.lifetime(record(), BORN), 11);
  assertEquals(limits.lifetime(record(95), BORN + 95), 6);
  assertEquals(limits.lifetime(record(), BORN + 50), 1);
  assertEquals(limits.endsOf(record(5)), [BORN + 15, BORN + 100]);
});
