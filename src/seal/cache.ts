/**
 * A bounded cache in two generations: when the young one has reached half of a bound, it becomes
 * the old one, and what was old is dropped as a whole.
 */
export class Cache<Value> {
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #size = 0;
  readonly #maxEntries: number;
  readonly #maxSize: number;

  /**
   * Checks the bounds.
   *
   * @param maxEntries The most entries; 0: nothing is cached.
   * @param maxSize The most that the sizes of all entries may add up to.
   * @throws {RangeError} If a bound is not a number from 0.
   */
  constructor(maxEntries: number, maxSize: number) {
    if (!(Number.isInteger(maxEntries) && maxEntries >= 0 && maxSize >= 0)) {
      throw new RangeError(`Cannot cache ${maxEntries} entries of ${maxSize} characters`);
    }
    this.#maxEntries = maxEntries / 2;
    this.#maxSize = maxSize / 2;
  }

  /** Returns the value of a key, if it is cached. */
  get(key: string): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  /**
   * Caches a value, unless it alone is beyond half of a bound.
   *
   * @param key A string of its own: a slice would keep all that it was cut from in memory.
   * @param value The value.
   * @param size What it adds to the size of all.
   */
  set(key: string, value: Value, size: number): void {
    if (size > this.#maxSize || this.#maxEntries === 0) return;
    if (this.#young.size >= this.#maxEntries || this.#size + size > this.#maxSize) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#size = 0;
    }
    this.#young.set(key, value);
    this.#size += size;
  }

  /** Drops an entry that is not expected to be asked for again. */
  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }
}
