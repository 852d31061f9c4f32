import type { SessionRecord } from "./record.ts";
import type { RejectReason } from "./store.ts";

/** How long sessions live, in seconds. */
export interface TimeLimitOptions {
  /** Seconds without renewal after which a session expires; null: never. Default: 1200. */
  readonly idleTimeout?: number | null;
  /** Seconds after its beginning at which a session expires; null: never. Default: 604800. */
  readonly absoluteTimeout?: number | null;
  /**
   * Seconds since the last renewal after which a request that only reads renews the session; 0:
   * every request does; null: none does. Default: a quarter of the idle timeout.
   */
  readonly renewAfter?: number | null;
}

/** Seconds by which another machine's clock may be ahead. */
const MAX_CLOCK_SKEW = 60;

/** The limits of a session's life in seconds, `Infinity` where there is none. */
export class TimeLimits {
  readonly #idle: number;
  readonly #absolute: number;
  readonly #renew: number;

  /**
   * Checks the limits.
   *
   * @throws {RangeError} If a limit is not a whole number of seconds, or zero where that ends all.
   */
  constructor(options: TimeLimitOptions) {
    const { idleTimeout = 1200, absoluteTimeout = 604_800 } = options;
    const { renewAfter = idleTimeout && Math.floor(idleTimeout / 4) } = options;
    this.#idle = checkSeconds("idleTimeout", idleTimeout, 1);
    this.#absolute = checkSeconds("absoluteTimeout", absoluteTimeout, 1);
    this.#renew = checkSeconds("renewAfter", renewAfter, 0);
  }

  /** Returns why a record must not be used any more, or null. At its limit it is still valid. */
  rejection(record: SessionRecord, now: number): RejectReason | null {
    const begin = Math.max(record.createdAt, record.renewedAt);
    if (begin - now > MAX_CLOCK_SKEW) return "from the future";
    return now > Math.min(...this.endsOf(record)) ? "expired" : null;
  }

  /** Returns whether reading alone renews a record now. */
  isRenewalDue({ renewedAt }: SessionRecord, now: number): boolean {
    return now - renewedAt >= this.#renew;
  }

  /** Returns when a record expires without a visit, and when in any case, in epoch seconds. */
  endsOf({ createdAt, renewedAt }: SessionRecord): [idle: number, absolute: number] {
    return [renewedAt + this.#idle, createdAt + this.#absolute];
  }

  /** Returns the seconds after which a record is of no use and may be deleted; null: never. */
  lifetime(record: SessionRecord, now: number): number | null {
    const end = Math.min(...this.endsOf(record));
    // A session as old as its limit is still valid, so its last second counts.
    return end === Infinity ? null : Math.max(1, end - now + 1);
  }
}

/**
 * Returns a number of seconds; `Infinity` for null.
 *
 * @throws {RangeError} If it is not a whole number, or less than the least.
 */
export function checkSeconds(name: string, value: number | null, least: number): number {
  if (value === null) return Infinity;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(
    `Cannot use ${name} ${value}: a whole number of seconds from ${least} is needed, or null`,
  );
}
