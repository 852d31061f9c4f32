import type { Contestant } from "./contestants.ts";
import { load, type LoadResult } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import { startServer } from "./server_process.ts";
import { format } from "./stats.ts";

/** What each contestant achieved, round by round. */
export type Results = Map<string, LoadResult[]>;

/**
 * Runs all contestants once a round, each in a fresh process: what slows the machine down for a
 * while then hits all of them, and a ratio of the same round hardly notices. Every other round
 * goes backwards, so that nobody always runs after the same neighbour.
 *
 * @throws {Error} If answers were wrong: there is no winning by answering nonsense.
 */
export async function runRounds(
  contestants: readonly Contestant[],
  options: BenchOptions,
): Promise<Results> {
  const results: Results = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = 1; round <= options.rounds; round++) {
    const order = round % 2 === 1 ? contestants : contestants.toReversed();
    for (const contestant of order) {
      const result = await runOnce(contestant, options);
      results.get(contestant.name)?.push(result);
      console.error(`${round}/${options.rounds} ${describe(contestant, result)}`);
    }
  }
  return results;
}

/** Starts one contestant, puts it under load once and stops it. */
export async function runOnce(
  { name, command, plan, cores }: Contestant,
  { connections, warmUp, seconds }: Pick<BenchOptions, "connections" | "warmUp" | "seconds">,
): Promise<LoadResult> {
  const server = await startServer(command, { cores });
  try {
    const { pid, port } = server;
    const where = { pid, port, connections, oneVisitor: false };
    const result = await load({ ...plan, ...where, warmUp, seconds });
    if (result.errors.length === 0) return result;
    throw new Error(`Cannot measure ${name}: ${result.errors.join(", ")}`);
  } finally {
    await server.stop();
  }
}

function describe({ title }: Contestant, result: LoadResult): string {
  const { perSecond, p50, p99, cpuMicros, clientCpu } = result;
  const busy = clientCpu > 0.95 ? ", the client is at its limit" : "";
  const latency = `${format(p50, 2)} ms, p99 ${format(p99, 2)} ms`;
  return `${title}: ${format(perSecond)} requests/s, ${
    format(cpuMicros, 1)
  } µs each, ${latency}${busy}`;
}
