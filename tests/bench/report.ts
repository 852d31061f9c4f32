import type { Contestant } from "./contestants.ts";
import { nodePath } from "./peers.ts";
import type { Ratio } from "./ratios.ts";
import type { Results } from "./rounds.ts";
import { format, spread, spreadText } from "./stats.ts";

/** A Markdown table; all columns but the first hold numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => column === 0 ? "---" : "---:");
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Throughput and latency of each contestant. */
export function resultTable(contestants: readonly Contestant[], results: Results): string {
  const rows = contestants.map(({ name, title }) => {
    const rounds = results.get(name) ?? [];
    const of = (key: "perSecond" | "cpuMicros" | "p50" | "p99") =>
      spread(rounds.map((round) => round[key]));
    return [
      title,
      spreadText(of("perSecond")),
      format(of("cpuMicros").median, 1),
      format(of("p50").median, 2),
      format(of("p99").median, 2),
    ];
  });
  return table(["contestant", "requests/s", "CPU µs", "p50 ms", "p99 ms"], rows);
}

/** Ratios beside their targets. */
export function ratioTable(contestants: readonly Contestant[], all: readonly Ratio[]): string {
  const titles = new Map(contestants.map(({ name, title }) => [name, title]));
  const rows = all.map(({ of, to, least, reached, isMet }) => [
    `${titles.get(of)} / ${titles.get(to)}`,
    spreadText(reached, 2),
    least === null ? "" : `≥ ${least}`,
    isMet === null ? "" : isMet ? "yes" : "no",
  ]);
  return table(["ratio", "median (min–max)", "target", "met"], rows);
}

/** A check that is no ratio of throughputs: a value and the most or least it may be. */
export interface Check {
  readonly title: string;
  readonly value: string;
  readonly target: string;
  readonly isMet: boolean;
}

export function checkTable(checks: readonly Check[]): string {
  const rows = checks.map(({ title, value, target, isMet }) => [
    title,
    value,
    target,
    isMet ? "yes" : "no",
  ]);
  return table(["check", "value", "target", "met"], rows);
}

/** What the figures were measured on. */
export async function machine(): Promise<string> {
  const { version, build } = Deno;
  const question = "process.version.slice(1) + ' ' + require('node:os').cpus()[0].model";
  const { stdout } = await new Deno.Command("env", { args: [nodePath, "-p", question] }).output();
  const [node, ...model] = new TextDecoder().decode(stdout).trim().split(" ");
  return [
    `Deno ${version.deno} (V8 ${version.v8})`,
    `Node ${node}`,
    `${build.os} ${build.arch}`,
    `${navigator.hardwareConcurrency} cores (${model.join(" ")})`,
  ].join(", ");
}

/** Writes files beside this one, as `deno fmt` wants them. */
export async function writeFormatted(files: Readonly<Record<string, string>>): Promise<void> {
  const paths: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    const path = new URL(name, import.meta.url).pathname;
    await Deno.writeTextFile(path, text);
    paths.push(path);
  }
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", ...paths] }).output();
}
