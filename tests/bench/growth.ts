import { Databases } from "./databases.ts";
import { type GrowthDimension, growthDimensions } from "./growth_dimensions.ts";
import type { LoadResult } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import { drawPlot, type PlotSeries } from "./plot.ts";
import { machine, table, writeFormatted } from "./report.ts";
import { format, spread } from "./stats.ts";

/** The rounds of one server at one size. */
interface Step {
  readonly x: number;
  readonly rounds: LoadResult[];
}

/** Measures how cost grows with the work; writes tables and plots. */
export async function measureGrowth(options: BenchOptions): Promise<void> {
  await using databases = await Databases.start();
  const dimensions = growthDimensions(databases).filter(({ name }) => {
    return options.only.length === 0 || options.only.includes(name);
  });
  const sections: string[] = [];
  const files: Record<string, string> = {};
  const json: Record<string, unknown> = {};
  for (const dimension of dimensions) {
    const lines = await measure(dimension, options);
    const file = `growth-${dimension.name}.svg`;
    sections.push(
      `## ${dimension.title}`,
      dimension.note,
      growthTable(dimension, lines),
      `![${dimension.title}](${file})`,
    );
    files[file] = drawPlot({
      title: `${dimension.title}: ${dimension.yTitle}`,
      xTitle: dimension.xTitle,
      yTitle: dimension.yTitle,
      series: [...lines].map(([title, steps]): PlotSeries => ({
        title,
        points: steps.map(({ x, rounds }) => [x, median(rounds, dimension.y)]),
      })),
    });
    json[dimension.name] = Object.fromEntries(lines);
  }
  const intro = `Medians of ${options.rounds} rounds. ${await machine()}.`;
  const text = ["# Growth", intro, ...sections].join("\n\n") + "\n";
  console.log(text);
  if (options.quick) return;
  const measuredAt = new Date().toISOString();
  await writeFormatted({
    ...files,
    "growth.md": text,
    "growth.json": JSON.stringify({ measuredAt, machine: await machine(), options, growth: json }),
  });
}

async function measure(
  dimension: GrowthDimension,
  options: BenchOptions,
): Promise<Map<string, Step[]>> {
  const lines = new Map<string, Step[]>();
  for (const { title } of dimension.series) {
    lines.set(title, dimension.steps.map((x) => ({ x, rounds: [] })));
  }
  // What has to be prepared grows step by step; all else takes turns.
  const { prepare, steps } = dimension;
  const blocks = prepare ? steps.map((x) => [x]) : [steps];
  for (const block of blocks) {
    await prepare?.(block[0] ?? 0);
    for (let round = 1; round <= options.rounds; round++) {
      for (const x of block) await measureStep(x, `${round}/${options.rounds}`);
    }
  }
  return lines;

  async function measureStep(x: number, round: string): Promise<void> {
    for (const { title, run } of dimension.series) {
      const result = await run(x, options);
      if (result.errors.length > 0) {
        throw new Error(`Cannot measure ${title} at ${x}: ${result.errors.join(", ")}`);
      }
      lines.get(title)?.find((step) => step.x === x)?.rounds.push(result);
      const speed = `${format(result.perSecond)} requests/s`;
      console.error(`${round} ${dimension.title} ${x}, ${title}: ${speed}`);
    }
  }
}

function growthTable({ xTitle }: GrowthDimension, lines: Map<string, Step[]>): string {
  const rows = [...lines].flatMap(([title, steps]) =>
    steps.map(({ x, rounds }) => [
      title,
      format(x),
      format(median(rounds, "perSecond")),
      format(median(rounds, "cpuMicros"), 1),
      format(median(rounds, "p50"), 2),
      format(median(rounds, "p99"), 2),
    ])
  );
  return table(["server", xTitle, "requests/s", "CPU µs", "p50 ms", "p99 ms"], rows);
}

function median(rounds: readonly LoadResult[], key: GrowthDimension["y"]): number {
  return spread(rounds.map((round) => round[key])).median;
}
