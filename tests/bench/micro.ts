import { pinned, serverCore } from "./cores.ts";
import type { Check } from "./report.ts";
import { format, spread, spreadText } from "./stats.ts";

/** What `deno bench --json` prints, as far as it is used. */
interface BenchOutput {
  benches: { name: string; results: { ok?: { p75: number } }[] }[];
}

/** Nanoseconds an iteration by the bench's name, one value a run. */
export type MicroResults = Map<string, number[]>;

/**
 * Runs the micro benches a few times, on the core of the servers. Three quarters of the iterations
 * are faster than a value.
 */
export async function runMicroBenches(runs: number): Promise<MicroResults> {
  const results: MicroResults = new Map();
  for (let run = 1; run <= runs; run++) {
    console.error(`Micro benches ${run}/${runs}`);
    const { benches } = await runOnce();
    for (const { name, results: [first] } of benches) {
      const values = results.get(name) ?? [];
      results.set(name, values);
      if (first?.ok) values.push(first.ok.p75);
    }
  }
  return results;
}

/** The pairs that have a target. */
export function microChecks(results: MicroResults): Check[] {
  const pairs = [
    ["seal + unseal", "jose CompactEncrypt + compactDecrypt", 0.55],
    ["match 10,000 URLs, 200 literal routes", "match 10,000 URLs, 2 literal routes", 1.1],
  ] as const;
  return pairs.map(([of, to, most]) => {
    const below = results.get(to) ?? [];
    const reached = spread(
      (results.get(of) ?? []).map((value, run) => value / (below[run] ?? NaN)),
    );
    return {
      title: `${of} / ${to}`,
      value: spreadText(reached, 2),
      target: `≤ ${most}`,
      isMet: reached.median <= most,
    };
  });
}

/** One row a bench. */
export function microRows(results: MicroResults): string[][] {
  return [...results].map(([name, values]) => [name, format(spread(values).median / 1000, 2)]);
}

async function runOnce(): Promise<BenchOutput> {
  const script = new URL("micro_bench.ts", import.meta.url).pathname;
  const flags = ["--json", "--no-check", "--no-prompt", "--allow-read"];
  // On two cores, nearly all of an encryption by itself is waiting until the second one wakes up.
  const [command, ...args] = await pinned(serverCore, [Deno.execPath(), "bench", ...flags, script]);
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot run the micro benches: ${decoder.decode(stderr)}`);
  return JSON.parse(decoder.decode(stdout));
}
