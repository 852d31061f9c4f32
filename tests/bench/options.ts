import { parseArgs } from "@std/cli/parse-args";

/** What the command line asks for. */
export interface BenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUp: number;
  readonly connections: number;
  /** Names of the only contestants to run; empty for all. */
  readonly only: readonly string[];
  readonly growth: boolean;
  /** Whether this is a look rather than a measurement; its results are not written. */
  readonly quick: boolean;
}

export const HELP = `Measures Satchel beside its limits and its peers.

deno task bench [options]

  --rounds N       rounds over all contestants (default 5)
  --seconds N      seconds of measuring per contestant and round (default 4)
  --connections N  connections of the load client (default 32)
  --only a,b       run only these contestants; ratios that lack one are left out
  --growth         measure how cost grows instead, and draw it
  --quick          one short round, to see that everything runs; writes no results
  --help           print this

The results go to tests/bench/results.json and results.md, those of --growth to growth.json,
growth.md and growth-*.svg.
`;

/**
 * Reads the command line.
 *
 * @returns `null` if only help was asked for.
 * @throws {RangeError} If an option is unknown or its value is none.
 */
export function benchOptions(args: string[]): BenchOptions | null {
  const unknown: string[] = [];
  const parsed = parseArgs(args, {
    boolean: ["growth", "quick", "help"],
    string: ["rounds", "seconds", "connections", "only"],
    unknown: (arg) => void unknown.push(arg),
  });
  if (unknown.length > 0) throw new RangeError(`Cannot use ${unknown.join(" ")}: see --help`);
  if (parsed.help === true) return null;

  const quick = parsed.quick === true;
  const only = typeof parsed.only === "string" ? parsed.only.split(",") : [];
  return {
    rounds: positive("rounds", parsed.rounds, quick ? 1 : 5),
    seconds: positive("seconds", parsed.seconds, quick ? 1 : 4),
    warmUp: quick ? 0.5 : 1.5,
    connections: positive("connections", parsed.connections, 32),
    only,
    growth: parsed.growth === true,
    quick,
  };
}

function positive(name: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (number > 0) return number;
  throw new RangeError(`Cannot use --${name} ${value}: a number above 0 is needed`);
}
