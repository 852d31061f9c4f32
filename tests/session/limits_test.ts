import type { TimeLimitOptions } from "@satchel/satchel";
import { assertEquals, assertThrows } from "@std/assert";
import { TimeLimits } from "../../src/session/limits.ts";
import { blankRecord } from "../../src/session/record.ts";
import { cookieSessions } from "../support/sessions.ts";

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

const DAY = 86_400;

/** The limits that given ones leave, and the age at which reading renews. */
const AGREED: [
  given: TimeLimitOptions & { maxAge?: number | null },
  ends: [idle: number, absolute: number],
  cookieAge: number,
  renewal: number | null,
][] = [
  [{ maxAge: 30 * DAY }, [30 * DAY, 30 * DAY], 30 * DAY, 7.5 * DAY],
  [{ maxAge: DAY }, [DAY, 7 * DAY], DAY, DAY / 4],
  [{ maxAge: 60 }, [60, 7 * DAY], 60, 15],
  [{ maxAge: 60, absoluteTimeout: 90 }, [60, 90], 60, 15],
  [{ maxAge: 3600, idleTimeout: DAY }, [DAY, 7 * DAY], 3600, 900],
  [{ maxAge: 3600, idleTimeout: null }, [Infinity, 7 * DAY], 3600, 900],
  [{ maxAge: 30 * DAY, idleTimeout: null }, [Infinity, 30 * DAY], 30 * DAY, 7.5 * DAY],
  [{ maxAge: 3600, renewAfter: 60 }, [3600, 7 * DAY], 3600, 60],
  [{ maxAge: 3600, renewAfter: null }, [3600, 7 * DAY], 3600, null],
  [{ maxAge: null }, [1200, 7 * DAY], Infinity, 300],
  [{ maxAge: 800 * DAY }, [800 * DAY, 800 * DAY], 400 * DAY, 100 * DAY],
  [{ idleTimeout: 30 * DAY }, [30 * DAY, 30 * DAY], Infinity, 7.5 * DAY],
  [{ idleTimeout: null }, [Infinity, 7 * DAY], Infinity, null],
  [{ absoluteTimeout: 100 }, [100, 100], Infinity, 25],
  [{ renewAfter: 1201 }, [1200, 7 * DAY], Infinity, 300],
  [{ absoluteTimeout: null }, [1200, Infinity], Infinity, 300],
];

Deno.test.each(AGREED)("TimeLimits of %j agree: %j", (given, [idle, absolute], age, renewal) => {
  const limits = new TimeLimits(given, given.maxAge);
  assertEquals(limits.endsOf(record()), [BORN + idle, BORN + absolute]);
  assertEquals(limits.cookieAge(record(), BORN), age);
  const due = (at: number) => limits.isRenewalDue(record(), BORN + at);
  if (renewal === null) assertEquals(due(1e9), false);
  else assertEquals([due(renewal - 1), due(renewal)], [false, true]);
});

Deno.test.each<[TimeLimitOptions & { maxAge?: number | null }, message: string]>([
  [{ maxAge: 3600, idleTimeout: 1200 }, "idleTimeout 1200: it is shorter than maxAge 3600"],
  [{ maxAge: 3600, absoluteTimeout: 60 }, "absoluteTimeout 60: it is shorter than maxAge 3600"],
  [
    { maxAge: 3600, idleTimeout: null, absoluteTimeout: 60 },
    "absoluteTimeout 60: it is shorter than maxAge 3600",
  ],
  [
    { idleTimeout: 3600, absoluteTimeout: 60 },
    "absoluteTimeout 60: it is shorter than idleTimeout 3600",
  ],
  [
    { renewAfter: 1201, idleTimeout: 1200 },
    "idleTimeout 1200: it is shorter than renewAfter 1201",
  ],
  [{ renewAfter: 61, maxAge: 60 }, "maxAge 60: it is shorter than renewAfter 61"],
  [{ maxAge: 0 }, "maxAge 0: a whole number of seconds from 1 is needed, or null"],
  [{ maxAge: 0.5 }, "maxAge 0.5: a whole number of seconds from 1"],
  [{ maxAge: -1 }, "maxAge -1: a whole number of seconds from 1"],
  [{ maxAge: NaN }, "maxAge NaN: a whole number of seconds from 1"],
  [{ maxAge: Infinity }, "maxAge Infinity: a whole number of seconds from 1"],
])("Sessions refuse limits of %j", ({ maxAge, ...limits }, message) => {
  assertThrows(
    () => cookieSessions({ ...limits, cookie: { maxAge } }),
    RangeError,
    `Cannot use ${message}`,
  );
});

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
