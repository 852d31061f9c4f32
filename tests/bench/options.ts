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
  /** A checkout of this project to compare with; null: none. */
  readonly against: string | null;
  /** Whether to let visitors live for a time instead, through crashes of the server. */
  readonly soak: boolean;
  readonly visitors: number;
  readonly store: string;
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
  --against DIR    compare Satchel here with another checkout of it instead: both take turns, on one
                   core and on all; prints its results alone. A worktree is enough:
                   git worktree add DIR COMMIT
  --soak           let visitors live on the real server for --seconds N (default 60) instead, kill
                   and restart it meanwhile, and exit with 1 when an update was lost, something
                   failed while the server was up, or its memory grew
  --visitors N     visitors of --soak (default 40)
  --store NAME     where --soak keeps sessions: cookie or kv (default cookie)
  --quick          one short round, to see that everything runs; writes no results
  --help           print this

The results go to tests/bench/results.json and results.md, those of --growth to growth.json,
growth.md and growth-*.svg.
`;

/**
 * Reads the command line.
 *
 * @returns `null` if only help was asked for.
 * @throws {RangeError} If an option is unknown or its value is not valid.
 */
export function benchOptions(args: string[]): BenchOptions | null {
  const unknown: string[] = [];
  const parsed = parseArgs(args, {
    boolean: ["growth", "soak", "quick", "help"],
    string: ["rounds", "seconds", "connections", "only", "against", "visitors", "store"],
    unknown: (arg) => void unknown.push(arg),
  });
  if (unknown.length > 0) throw new RangeError(`Cannot use ${unknown.join(" ")}: see --help`);
  if (parsed.help === true) return null;

  const quick = parsed.quick === true;
  const soak = parsed.soak === true;
  const only = typeof parsed.only === "string" ? parsed.only.split(",") : [];
  return {
    rounds: positive("rounds", parsed.rounds, quick ? 1 : 5),
    seconds: positive("seconds", parsed.seconds, soak ? 60 : quick ? 1 : 4),
    warmUp: quick ? 0.5 : 1.5,
    connections: positive("connections", parsed.connections, 32),
    only,
    growth: parsed.growth === true,
    against: typeof parsed.against === "string" ? parsed.against : null,
    soak,
    visitors: positive("visitors", parsed.visitors, 40),
    store: String(parsed.store ?? "cookie"),
    quick,
  };
}

function positive(name: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (number > 0) return number;
  throw new RangeError(`Cannot use --${name} ${value}: a number above 0 is needed`);
}
