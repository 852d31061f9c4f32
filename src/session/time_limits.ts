import type { SessionRecord } from "./record.ts";
import type { Refusal } from "./store.ts";

/** How long sessions live, in seconds. */
export interface TimeLimitOptions {
  /** A session that was not renewed for so long ends; null: never. Default: 1200 (20 minutes). */
  readonly idleTimeout?: number | null;
  /** A session ends so long after it began; null: never. Default: 604800 (7 days). */
  readonly absoluteTimeout?: number | null;
  /**
   * A request that only reads renews the session when the last renewal is so long ago; 0: every
   * request does; null: none does. Default: a quarter of the idle timeout.
   */
  readonly renewAfter?: number | null;
}

/** A clock may run ahead of another machine's by so much, in seconds. */
const MAX_CLOCK_SKEW = 60;

/** The limits of a session's life, checked on the server at each request. */
export class TimeLimits {
  /** Seconds without a renewal after which a session ends. */
  readonly idleTimeout: number | null;
  /** Seconds after its beginning at which a session ends. */
  readonly absoluteTimeout: number | null;
  /** Seconds after which reading alone renews. */
  readonly renewAfter: number | null;

  /** @throws {RangeError} If a limit is not a whole number of seconds, or zero where that ends all. */
  constructor(options: TimeLimitOptions) {
    const { idleTimeout = 1200, absoluteTimeout = 604_800 } = options;
    const { renewAfter = idleTimeout === null ? null : Math.floor(idleTimeout / 4) } = options;
    this.idleTimeout = seconds("idleTimeout", idleTimeout, 1);
    this.absoluteTimeout = seconds("absoluteTimeout", absoluteTimeout, 1);
    this.renewAfter = seconds("renewAfter", renewAfter, 0);
  }

  /** Why a record is not to be used any more, or null. A session as old as its limit is valid. */
  refusal({ createdAt, renewedAt }: SessionRecord, now: number): Refusal | null {
    if (Math.max(createdAt, renewedAt) - now > MAX_CLOCK_SKEW) return "from the future";
    if (this.idleTimeout !== null && now - renewedAt > this.idleTimeout) return "expired";
    if (this.absoluteTimeout !== null && now - createdAt > this.absoluteTimeout) return "expired";
    return null;
  }

  /** Whether reading alone renews a record now. */
  isRenewalDue({ renewedAt }: SessionRecord, now: number): boolean {
    return this.renewAfter !== null && now - renewedAt >= this.renewAfter;
  }

  /** When a record's idle time ends, in seconds since the Unix epoch. */
  idleExpiry({ renewedAt }: SessionRecord): number | null {
    return this.idleTimeout === null ? null : renewedAt + this.idleTimeout;
  }

  /** When a record ends whatever happens, in seconds since the Unix epoch. */
  absoluteExpiry({ createdAt }: SessionRecord): number | null {
    return this.absoluteTimeout === null ? null : createdAt + this.absoluteTimeout;
  }

  /** Seconds after which a record is of no use, for the backend to clean up; null: never. */
  lifetime(record: SessionRecord, now: number): number | null {
    const end = Math.min(
      this.idleExpiry(record) ?? Infinity,
      this.absoluteExpiry(record) ?? Infinity,
    );
    // A session as old as its limit is still valid, so its last second counts.
    return end === Infinity ? null : Math.max(1, end - now + 1);
  }
}

function seconds(name: string, value: number | null, least: number): number | null {
  if (value === null || (Number.isSafeInteger(value) && value >= least)) return value;
  throw new RangeError(
    `Cannot use ${name} ${value}: a whole number of seconds from ${least} is needed, or null`,
  );
}
