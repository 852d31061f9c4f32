import { temporaryFolder } from "../server/server_process.ts";
import { SoakVisitor } from "./soak_visitor.ts";
import { SoakedServer } from "./soaked_server.ts";
import { listed, Tally } from "./tally.ts";

/** How much memory may differ between the second and the last third of the last life, in MiB. */
const TOLERANCE = 32;
/** It takes a while until memory says anything. */
const LEAST_SECONDS = 10;

/** How the server is to be soaked. */
export interface SoakOptions {
  readonly seconds: number;
  readonly visitors: number;
  /** What `SESSION_STORE` is. */
  readonly store: string;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

/** Watches the memory of the server for a time, once a second. */
async function watch(server: SoakedServer, time: number): Promise<number[]> {
  const samples: number[] = [];
  for (let second = 0; second < time; second++) {
    await pause(1000);
    samples.push(await server.memory());
  }
  return samples;
}

/**
 * Loads the real server with many visitors at the same time, kills and restarts it in between, and
 * reports what they saw. The exit status is 1 when an update was lost, something failed while the
 * server was up, or its memory grew.
 *
 * @throws {RangeError} If the time is too short.
 */
export async function soak({ seconds, visitors, store }: SoakOptions): Promise<void> {
  if (seconds < LEAST_SECONDS) {
    throw new RangeError(
      `Cannot soak for ${seconds} seconds: at least ${LEAST_SECONDS} are needed`,
    );
  }
  using folder = temporaryFolder();
  const environment = { SESSION_STORE: store, KV_PATH: `${folder.path}/soak.sqlite` };
  await using server = new SoakedServer(folder.path, environment);
  await server.start();

  const tally = new Tally();
  const began = performance.now();
  let isOver = false;
  const crowd = Array.from({ length: visitors }, () => {
    return new SoakVisitor(server, tally).live(() => isOver);
  });

  // A crash, an orderly stop, and then most of the time in one life, to see its memory.
  await pause(seconds * 150);
  await server.crash();
  await pause(200);
  await server.start();
  await pause(seconds * 150);
  const exit = await server.stop();
  await server.start();
  const memory = await watch(server, Math.floor(seconds * 0.7));
  const refused = server.logLines;
  isOver = true;
  await Promise.all(crowd);
  const lasted = (performance.now() - began) / 1000;

  // In the first third caches fill, and the engine finds out how much memory it likes to have.
  const third = Math.floor(memory.length / 3);
  const [start, end] = [median(memory.slice(third, 2 * third)), median(memory.slice(2 * third))];
  const faults = [
    tally.lost > 0 && `${tally.lost} updates were lost`,
    tally.failed > 0 && `${tally.failed} requests failed while the server was up`,
    exit !== 0 && `the orderly stop ended with status ${exit}`,
    end - start > TOLERANCE && `memory grew by ${(end - start).toFixed(1)} MiB`,
  ].filter((fault) => fault !== false);

  const every = Math.ceil(memory.length / 15);
  const series = memory.filter((_, second) => second % every === 0).map(Math.round).join(", ");
  const report: Record<string, string | number> = {
    store,
    visitors,
    seconds: `${Math.round(lasted)}, with a crash and an orderly stop (status ${exit})`,
    requests: `${tally.total}, ${Math.round(tally.total / lasted)} a second`,
    answers: listed(tally.answers),
    "while down": listed(tally.whileDown),
    errors: listed(tally.errors),
    "lost updates": tally.lost,
    memory: `${Math.round(start)} MiB, then ${Math.round(end)} MiB (thirds of the last life)`,
    "over time": series,
    log: `${refused.all} lines in the last life, ${refused.refusals} on refused cookies`,
    result: faults.length === 0 ? "nothing lost, memory flat" : faults.join("; "),
  };
  for (const [label, text] of Object.entries(report)) console.log(label.padEnd(14), text);
  if (tally.samples.length > 0) console.log(`first faults\n  ${tally.samples.join("\n  ")}`);
  Deno.exitCode = faults.length === 0 ? 0 : 1;
}
