import { escapeControls } from "./escape_controls.ts";
import { isNamed } from "./start_error.ts";

/** Looks up an environment variable, like `Deno.env.get`. */
export type GetVariable = (name: string) => string | undefined;

/**
 * Reads environment variables by type and collects what is wrong with them instead of stopping at
 * the first fault. A variable that is unset or blank has its default.
 */
export class Environment {
  /** What is wrong so far: the variable's name, the limit and the value found, a line each. */
  readonly faults: string[] = [];
  readonly #get: GetVariable;

  constructor(get: GetVariable) {
    this.#get = get;
  }

  /** Reads text. `isValid`, where given, decides; `expected` says in words what it accepts. */
  text(name: string, fallback: string, expected = "", isValid?: (text: string) => boolean): string {
    const text = this.raw(name)?.trim();
    if (!text) return fallback;
    if (isValid === undefined || isValid(text)) return text;
    return this.fault(name, `${expected} expected, ${quote(text)} found`, fallback);
  }

  /** Reads one of a few words. */
  choice<const Word extends string>(
    name: string,
    allowed: readonly Word[],
    fallback: NoInfer<Word>,
  ): Word {
    const text = this.raw(name)?.trim();
    if (!text) return fallback;
    const word = allowed.find((word) => word === text);
    return word ??
      this.fault(name, `${allowed.join(" or ")} expected, ${quote(text)} found`, fallback);
  }

  /** Reads a switch: `1` is on, `0` is off. */
  flag(name: string): boolean {
    return this.choice(name, ["1", "0"], "0") === "1";
  }

  /** Reads a whole number from `min` to `max`, both included. */
  wholeNumber(name: string, fallback: number, min: number, max: number): number {
    const isInside = (text: string): boolean => {
      return /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max;
    };
    return Number(
      this.text(name, String(fallback), `a whole number from ${min} to ${max}`, isInside),
    );
  }

  /** Reads a variable as it stands: undefined when it is not set at all. */
  raw(name: string): string | undefined {
    try {
      return this.#get(name);
    } catch (error) {
      if (!isNamed(error, "InvalidData")) throw error;
      return this.fault(name, "text in UTF-8 expected, other bytes found", undefined);
    }
  }

  /** Notes that a variable is wrong and goes on with `value`. */
  fault<T>(name: string, what: string, value: T): T {
    this.faults.push(`${name}: ${what}`);
    return value;
  }
}

/** Quotes a value for a message: at most 40 characters of it, on one line. */
function quote(text: string): string {
  return `"${escapeControls(text.length > 40 ? `${text.slice(0, 40)}…` : text)}"`;
}
