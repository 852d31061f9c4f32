/** What a token was found to say. */
interface Entry<Value> {
  readonly token: string;
  readonly value: Value;
  readonly size: number;
}

/**
 * Remembers what tokens say, within bounds.
 *
 * Two generations share the bounds in halves. What is new or asked for goes to the young one; when
 * that is full it becomes the old one, and the old one is forgotten as a whole. This keeps what is
 * in use, as deleting the least recently used would, for less: most hits change nothing.
 */
export class UnsealCache<Value> {
  readonly #maxEntries: number;
  readonly #maxSize: number;
  #young = new Map<string, Entry<Value>>();
  #old = new Map<string, Entry<Value>>();
  #youngSize = 0;

  /**
   * @param maxEntries How many tokens to remember; less than 2 remembers none
   * @param maxSize How many characters to remember, of tokens and texts together
   */
  constructor(maxEntries: number, maxSize: number) {
    this.#maxEntries = Math.floor(maxEntries / 2);
    this.#maxSize = Math.floor(maxSize / 2);
  }

  get(token: string): Value | undefined {
    const young = this.#young.get(token);
    if (young !== undefined) return young.value;
    const old = this.#old.get(token);
    if (old === undefined) return undefined;
    // Under the token first given: this one may be a slice that keeps a whole header in memory.
    this.#add(old);
    return old.value;
  }

  /**
   * @param token A string of its own, not a slice of a larger one
   * @param value What it says
   * @param size The characters this takes
   */
  set(token: string, value: Value, size: number): void {
    if (this.#maxEntries > 0 && size <= this.#maxSize) this.#add({ token, value, size });
  }

  #add(entry: Entry<Value>): void {
    const full = this.#young.size === this.#maxEntries ||
      this.#youngSize + entry.size > this.#maxSize;
    if (full) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngSize = 0;
    }
    this.#young.set(entry.token, entry);
    this.#youngSize += entry.size;
  }
}
