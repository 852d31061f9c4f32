import fc from "fast-check";

/**
 * Tests over generated cases. Each file prints its seed, and the same seed gives the same cases:
 * `FC_SEED=… deno test --allow-env …` replays a failure, `FC_RUNS=…` says how many cases to try.
 *
 * @module
 */

function numberFrom(variable: string): number | null {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  const text = state === "granted" ? Deno.env.get(variable) : undefined;
  if (text === undefined || text === "") return null;
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new RangeError(`Cannot use ${variable}: it is ${text}, a whole number is needed`);
}

const SEED = numberFrom("FC_SEED") ?? crypto.getRandomValues(new Int32Array(1))[0] ?? 0;
const RUNS = numberFrom("FC_RUNS") ?? 100;

console.log(`FC_SEED=${SEED} FC_RUNS=${RUNS}`);

/** Generators by the name of the argument that they make. */
type Generators<Case> = { [Name in keyof Case]: fc.Arbitrary<Case[Name]> };

/**
 * Tests that something holds for whatever is generated.
 *
 * @param name What holds.
 * @param generators What to generate, by name.
 * @param check Throws where it does not hold.
 */
export function property<Case extends object>(
  name: string,
  generators: Generators<Case>,
  check: (made: Case) => void | Promise<void>,
): void {
  Deno.test(name, async () => {
    const cases = fc.record(generators as Generators<Record<string, unknown>>);
    try {
      await fc.assert(
        fc.asyncProperty(cases, async (made) => await check(made as Case)),
        { seed: SEED, numRuns: RUNS },
      );
    } catch (error) {
      console.log(`FC_SEED=${SEED} FC_RUNS=${RUNS} replays this failure`);
      throw error;
    }
  });
}

/** Any text, half surrogate pairs and control characters among it. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.array(fc.nat(0xffff), { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom("__proto__", "constructor", "toJSON", "", "0", "10", "length"),
);

/** Anything that JSON can say. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    anyText,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(anyText, tie("value")), { maxLength: 4 }).map(Object.fromEntries),
  ),
})).value;

/** Bytes that a header can carry, as text: all but NUL and the line ends. */
export const headerText: fc.Arbitrary<string> = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 255 }).filter((byte) => byte !== 10 && byte !== 13),
    fc.constantFrom(...new TextEncoder().encode(`;= ",session`)),
  ),
  { maxLength: 60 },
).map((bytes) => String.fromCharCode(...bytes));

export { fc };
