import type { SessionRecord } from "./record.ts";
import type { RejectReason } from "./store.ts";

/**
 * How long sessions live, in seconds. The limits and `cookie.maxAge` have to agree: no cookie may be
 * kept for longer than its session lives, and no session be idle for longer than it lives in all.
 */
export interface TimeLimitOptions {
  /**
   * Seconds without renewal after which a session expires; null: never. Default: `cookie.maxAge`,
   * and 1200 (20 minutes) without that.
   */
  readonly idleTimeout?: number | null;
  /**
   * Seconds after its beginning at which a session expires; null: never. Default: 604800 (7 days),
   * or as long as `idleTimeout` or `cookie.maxAge` if that is longer.
   */
  readonly absoluteTimeout?: number | null;
  /**
   * Seconds since the last renewal after which a request that only reads renews the session, and
   * its cookie; 0: every request does; null: none does. Default, and where it would be too late: a
   * quarter of the idle timeout, or of `cookie.maxAge` if that is shorter.
   */
  readonly renewAfter?: number | null;
}

/**
 * The lifetimes of one session, in seconds: for visitors who want to be remembered, or for
 * administrators, who have to sign in more often. They have to agree as the application's do.
 */
export interface SessionLifetimes {
  /**
   * Seconds without renewal after which it expires; null: never. Default: `maxAge`, and the
   * application's `idleTimeout` without that.
   */
  readonly idle?: number | null;
  /**
   * Seconds after its beginning at which it expires; null: never. Default: the application's
   * `absoluteTimeout`, or as long as the others if that is longer.
   */
  readonly absolute?: number | null;
  /**
   * Seconds that the browser keeps its cookie, up to 400 days; null: until the browser is closed.
   * Default: the application's `cookie.maxAge`; where that is a number it follows `idle`.
   */
  readonly maxAge?: number | null;
}

/** The lifetimes that hold for a session; `Infinity`: no end. */
type Lifetimes = Readonly<Record<keyof SessionLifetimes, number>>;

/** Seconds that browsers keep a cookie at most: 400 days (RFC 6265bis, section 5.5). */
const MAX_COOKIE_AGE = 34_560_000;
/** Seconds by which another machine's clock may be ahead. */
const MAX_CLOCK_SKEW = 60;

/** The limits of a session's life: the application's, or the session's own. */
export class TimeLimits {
  readonly #common: Lifetimes;
  readonly #renewAfter: number | null | undefined;

  /**
   * Checks the limits.
   *
   * @param options The application's limits.
   * @param maxAge Seconds that browsers keep the cookie; null: until they are closed.
   * @throws {RangeError} If a limit is not a whole number of seconds, or zero where that ends all,
   * or two of them contradict each other.
   */
  constructor(options: TimeLimitOptions, maxAge?: number | null) {
    const { idleTimeout, absoluteTimeout, renewAfter } = options;
    checkLimits({ renewAfter, maxAge, idleTimeout, absoluteTimeout });
    const given = { idle: idleTimeout, absolute: absoluteTimeout, maxAge };
    this.#common = agreed(given, { idle: 1200, absolute: 604_800, maxAge: Infinity });
    this.#renewAfter = renewAfter;
  }

  /** Returns why a record must not be used any more, or null. At its limit it is still valid. */
  rejection(record: SessionRecord, now: number): RejectReason | null {
    const begin = Math.max(record.createdAt, record.renewedAt);
    if (begin - now > MAX_CLOCK_SKEW) return "from the future";
    return now > Math.min(...this.endsOf(record)) ? "expired" : null;
  }

  /** Returns whether reading alone renews a record now: in time for the session and its cookie. */
  isRenewalDue(record: SessionRecord, now: number): boolean {
    const { idle, maxAge } = this.#of(record);
    const span = Math.min(idle, maxAge);
    const after = this.#renewAfter ?? Infinity;
    const isLate = this.#renewAfter !== null && after > span;
    return now - record.renewedAt >= (isLate ? Math.floor(span / 4) : after);
  }

  /** Returns when a record expires without a visit, and when in any case, in epoch seconds. */
  endsOf(record: SessionRecord): [idle: number, absolute: number] {
    const { idle, absolute } = this.#of(record);
    return [record.renewedAt + idle, record.createdAt + absolute];
  }

  /** Returns the seconds after which a record is of no use and may be deleted; null: never. */
  lifetime(record: SessionRecord, now: number): number | null {
    const end = Math.min(...this.endsOf(record));
    // A session as old as its limit is still valid, so its last second counts.
    return end === Infinity ? null : Math.max(1, end - now + 1);
  }

  /**
   * Returns the seconds for which the browser is to keep the cookie from now on, so that it ends
   * when that time has passed since the last renewal; `Infinity`: until the browser is closed.
   */
  cookieAge(record: SessionRecord, now: number): number {
    return Math.max(1, this.#of(record).maxAge - Math.max(0, now - record.renewedAt));
  }

  #of({ limits }: SessionRecord): Lifetimes {
    return limits === null ? this.#common : agreed(limits, this.#common);
  }
}

/**
 * Checks numbers of seconds of which none may be longer than the next; null and undefined stand for
 * no limit.
 *
 * @param limits The numbers by name, the one that has to be the shortest first.
 * @throws {RangeError} If one is not a whole number of seconds, or shorter than one before it.
 */
export function checkLimits(limits: Record<string, number | null | undefined>): void {
  let [shorter, most] = ["", 0];
  for (const [name, value] of Object.entries(limits)) {
    if (value === null || value === undefined) continue;
    const least = name === "renewAfter" ? 0 : 1;
    const fault = !Number.isSafeInteger(value) || value < least
      ? `a whole number of seconds from ${least} is needed, or null`
      : value < most && `it is shorter than ${shorter} ${most}`;
    if (fault) throw new RangeError(`Cannot use ${name} ${value}: ${fault}`);
    [shorter, most] = [name, value];
  }
}

/** Adds to the lifetimes that were given those that were not, so that they agree. */
function agreed(given: SessionLifetimes, common: Lifetimes): Lifetimes {
  const or = (value: number | null | undefined, other: number): number =>
    value === undefined ? other : value ?? Infinity;
  const { maxAge } = given;
  const idle = or(given.idle, Math.min(maxAge ?? common.idle, given.absolute ?? Infinity));
  const longest = idle < Infinity ? idle : maxAge ?? 0;
  const absolute = or(given.absolute, Math.max(common.absolute, longest));
  const isKept = or(maxAge, common.maxAge) < Infinity;
  const age = Math.min(maxAge ?? given.idle ?? common.maxAge, idle, absolute, MAX_COOKIE_AGE);
  return { idle, absolute, maxAge: isKept ? age : Infinity };
}
