/**
 * Remembers what cookies' values stand for, within bounds.
 *
 * It is a table of fixed size: the end of a value, which is random, says its place, and whoever
 * comes to the same place later takes it. A `Map` that is filled and emptied all the time costs more
 * than the rest of a request: its outgrown tables keep alive what they held.
 */
export class CookieCache<Found> {
  readonly #values: (string | null)[];
  readonly #founds: (Found | null)[];
  readonly #maxSize: number;
  readonly #sizeOf: (found: Found, value: string) => number;
  #size = 0;
  /** Where to make room next. */
  #hand = 0;

  /**
   * @param places How many values to remember at most
   * @param maxSize How many characters to remember at most
   * @param sizeOf Tells how many characters a value and what it stands for take together
   * @throws {RangeError} If the number of places is none
   */
  constructor(
    places: number,
    maxSize: number,
    sizeOf: (found: Found, value: string) => number,
  ) {
    checkPlaces(places);
    this.#values = new Array(places).fill(null);
    this.#founds = new Array(places).fill(null);
    this.#maxSize = maxSize;
    this.#sizeOf = sizeOf;
  }

  /** What a value stands for, if that is remembered. */
  get(value: string): Found | undefined {
    const place = this.#placeOf(value);
    return this.#values[place] === value ? this.#founds[place] ?? undefined : undefined;
  }

  /**
   * Remembers a value.
   *
   * @param value Not as it came with a request: see {@linkcode unsliced}
   * @param found What it stands for
   */
  set(value: string, found: Found): void {
    const size = this.#sizeOf(found, value);
    if (size > this.#maxSize || this.#values.length === 0) return;
    const place = this.#placeOf(value);
    this.#empty(place);
    while (this.#size + size > this.#maxSize) {
      this.#empty(this.#hand);
      this.#hand = (this.#hand + 1) % this.#values.length;
    }
    this.#values[place] = value;
    this.#founds[place] = found;
    this.#size += size;
  }

  /** Forgets a value that is not expected any more. */
  delete(value: string): void {
    const place = this.#placeOf(value);
    if (this.#values[place] === value) this.#empty(place);
  }

  #empty(place: number): void {
    const value = this.#values[place];
    const found = this.#founds[place];
    if (value == null || found == null) return;
    this.#size -= this.#sizeOf(found, value);
    this.#values[place] = null;
    this.#founds[place] = null;
  }

  #placeOf(value: string): number {
    let hash = 0;
    for (let index = Math.max(0, value.length - HASHED); index < value.length; index++) {
      hash = Math.imul(hash, 31) + value.charCodeAt(index) | 0;
    }
    return (hash >>> 0) % this.#values.length;
  }
}

/** @throws {RangeError} If so many cookies cannot be remembered. */
export function checkPlaces(places: number): void {
  if (Number.isInteger(places) && places >= 0 && places <= MAX_PLACES) return;
  throw new RangeError(
    `Cannot remember ${places} cookies: a whole number from 0 to ${MAX_PLACES} is needed`,
  );
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
