import { type Contestant, contestants } from "./contestants.ts";
import { allCores, serverCore } from "./cores.ts";
import { Databases } from "./databases.ts";
import type { LoadResult } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import { machine, table } from "./report.ts";
import { runRounds } from "./rounds.ts";
import { format, spread, spreadText } from "./stats.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/**
 * Measures Satchel here beside another checkout of it, in the same rounds: each server of the one
 * runs next to the same server of the other, and every other round in the opposite order. The load
 * client is that of this checkout for both.
 *
 * @param folder The other checkout, with the same servers in `tests/bench/servers`.
 * @throws {RangeError} If nothing is left to compare.
 */
export async function compareWith(folder: string, options: BenchOptions): Promise<void> {
  const other = new URL(`${folder}/`, `file://${Deno.cwd()}/`).pathname;
  await using databases = await Databases.start();
  const pairs = pairsOf(other, options.only, databases.stores);
  const seconds = pairs.length * 2 * options.rounds * (options.seconds + options.warmUp + 1);
  console.error(`This takes about ${Math.ceil(seconds / 60)} minutes`);
  const results = await runRounds(pairs.flat(), options);
  const rows = pairs.map(([here, there]) => {
    const now = results.get(here.name) ?? [];
    const before = results.get(there.name) ?? [];
    const of = (rounds: readonly LoadResult[], key: "perSecond" | "cpuMicros") =>
      format(spread(rounds.map((round) => round[key])).median, key === "cpuMicros" ? 1 : 0);
    const ratio = (key: "perSecond" | "cpuMicros") =>
      spreadText(spread(now.map((round, i) => round[key] / (before[i]?.[key] ?? NaN))), 2);
    return [
      here.title,
      `${of(before, "perSecond")} → ${of(now, "perSecond")}`,
      ratio("perSecond"),
      `${of(before, "cpuMicros")} → ${of(now, "cpuMicros")}`,
      ratio("cpuMicros"),
    ];
  });
  console.log([
    `Medians of ${options.rounds} rounds, there → here; each ratio (here / there) is that of the ` +
    `same round. ${await machine()}.`,
    table(["contestant", "requests/s", "ratio", "CPU µs", "ratio"], rows),
  ].join("\n\n"));
}

/** Satchel's contestants here and there, on one core and on all. */
function pairsOf(
  other: string,
  only: readonly string[],
  stores: ReadonlyMap<string, string>,
): [here: Contestant, there: Contestant][] {
  const none = { counter: [], read: [], plain: [] }; // what only limits send
  const chosen = contestants(none, { hasPyramid: false, stores }).filter(({ name, cores }) => {
    const isChosen = only.length === 0 || only.includes(name);
    return name.startsWith("satchel-") && cores === serverCore && isChosen;
  });
  if (chosen.length === 0) throw new RangeError("Cannot compare: --only names none of Satchel");
  return chosen.flatMap((contestant) =>
    [serverCore, allCores].map((cores): [Contestant, Contestant] => {
      const { name, command } = contestant;
      const title = `${contestant.title}, cores ${cores}`;
      return [
        { ...contestant, cores, title, name: `${name} ${cores} here` },
        {
          ...contestant,
          cores,
          title: `${title}, there`,
          name: `${name} ${cores} there`,
          command: (port) =>
            command(port).map((word) =>
              word.startsWith(ROOT) ? other + word.slice(ROOT.length) : word
            ),
        },
      ];
    })
  );
}
