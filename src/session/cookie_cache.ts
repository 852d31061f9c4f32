/**
 * Remembers what cookies' values stand for, within bounds.
 *
 * It is a table of fixed size: the end of a value, which is random, says its place; if that is taken
 * the one beside it will do, and whoever comes later takes it all the same. A `Map` that is filled
 * and emptied all the time costs more than the rest of a request: its outgrown tables keep alive
 * what they held.
 */
export class CookieCache<Found> {
  readonly #values: (string | null)[];
  readonly #founds: (Found | null)[];
  readonly #sizes: number[];
  readonly #maxSize: number;
  #size = 0;
  /** Where to make room next. */
  #hand = 0;

  /**
   * @param places How many values to remember at most
   * @param maxSize How many characters to remember at most
   * @throws {RangeError} If a bound is none
   */
  constructor(places: number, maxSize: number) {
    checkBounds(places, maxSize);
    this.#values = new Array(places).fill(null);
    this.#founds = new Array(places).fill(null);
    this.#sizes = new Array(places).fill(0);
    this.#maxSize = maxSize;
  }

  /** What a value stands for, if that is remembered. */
  get(value: string): Found | undefined {
    const place = this.#find(value);
    return place === null ? undefined : this.#founds[place] ?? undefined;
  }

  /** Whether so many characters have room at all. */
  takes(size: number): boolean {
    return this.#values.length > 0 && size <= this.#maxSize;
  }

  /**
   * Remembers a value, if there is room at all.
   *
   * @param value Not as it came with a request: see {@linkcode unsliced}
   * @param found What it stands for
   * @param size How many characters that takes
   */
  set(value: string, found: Found, size: number): void {
    if (!this.takes(size)) return;
    const place = this.#find(value) ?? this.#placeFor(value);
    this.#empty(place);
    while (this.#size + size > this.#maxSize) {
      this.#empty(this.#hand);
      this.#hand = (this.#hand + 1) % this.#values.length;
    }
    this.#values[place] = value;
    this.#founds[place] = found;
    this.#sizes[place] = size;
    this.#size += size;
  }

  /** Forgets a value that is not expected any more. */
  delete(value: string): void {
    const place = this.#find(value);
    if (place !== null) this.#empty(place);
  }

  #empty(place: number): void {
    this.#size -= this.#sizes[place] ?? 0;
    this.#values[place] = null;
    this.#founds[place] = null;
    this.#sizes[place] = 0;
  }

  #find(value: string): number | null {
    const place = this.#firstPlaceOf(value);
    if (this.#values[place] === value) return place;
    return this.#values[place ^ 1] === value ? place ^ 1 : null;
  }

  #placeFor(value: string): number {
    const place = this.#firstPlaceOf(value);
    const goesBeside = this.#values[place] !== null && this.#values[place ^ 1] === null;
    return goesBeside ? place ^ 1 : place;
  }

  #firstPlaceOf(value: string): number {
    let hash = 0;
    for (let index = Math.max(0, value.length - HASHED); index < value.length; index++) {
      hash = Math.imul(hash, 31) + value.charCodeAt(index) | 0;
    }
    return (hash >>> 0) % this.#values.length;
  }
}

/** @throws {RangeError} If not so much can be remembered. */
export function checkBounds(places: number, maxSize: number): void {
  if (!(Number.isInteger(places) && places >= 0 && places <= MAX_PLACES)) {
    throw new RangeError(
      `Cannot remember ${places} cookies: a whole number from 0 to ${MAX_PLACES} is needed`,
    );
  }
  if (!(maxSize >= 0)) {
    throw new RangeError(`Cannot remember ${maxSize} characters: a number from 0 is needed`);
  }
}

const MAX_PLACES = 16_777_216;
/** Of so many characters at a value's end its place is made: 48 bits of its id or tag. */
const HASHED = 8;
const BASE64URL = { alphabet: "base64url", omitPadding: true } as const;

/**
 * A cookie's value as a string of its own. What was cut out of a request is a slice, which keeps the
 * whole header in memory as long as it is remembered itself.
 *
 * @param value A value in base64url.
 */
export function unsliced(value: string): string {
  return Uint8Array.fromBase64(value, BASE64URL).toBase64(BASE64URL);
}
