import { clientCore, pinned } from "./cores.ts";
import { nodePath } from "./peers.ts";

/** What the load client is to do. */
export interface LoadPlan {
  /** The server's process, to see what a request costs it. */
  readonly pid: number;
  readonly port: number;
  /** The path that is measured. */
  readonly path: string;
  /** Paths that every connection visits once before. */
  readonly prepare: readonly string[];
  /** What the number behind `Count: ` has to do from one answer to the next. */
  readonly counter: "own" | "shared" | "still" | "none";
  /** Text that every measured page has to have; empty for none. */
  readonly mustContain: string;
  readonly connections: number;
  /** Seconds before measuring starts. */
  readonly warmUp: number;
  /** Seconds of measuring. */
  readonly seconds: number;
  /** Whether all connections share their cookies: one visitor with many tabs. */
  readonly oneVisitor: boolean;
}

/** What the load client saw. */
export interface LoadResult {
  /** Answers a second. */
  readonly perSecond: number;
  /** Latencies in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Cores that the client kept busy; near 1 it is the client that was measured. */
  readonly clientCpu: number;
  /**
   * Microseconds of processor time that the server spent on a request, all of its threads
   * together; 0 where there is no `/proc`. On a machine that others use too this is the figure to
   * trust.
   */
  readonly cpuMicros: number;
  /** Bytes of the last `Cookie` line. */
  readonly cookieBytes: number;
  /** What was wrong with answers; the figures count only without. */
  readonly errors: readonly string[];
}

/** Runs the load client on its core. */
export async function load(plan: LoadPlan): Promise<LoadResult> {
  const script = new URL("load_client.ts", import.meta.url).pathname;
  const [command, ...args] = await pinned(clientCore, [nodePath, script, JSON.stringify(plan)]);
  const client = new Deno.Command(command, {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const patience = (plan.warmUp + plan.seconds + 20) * 1000;
  const timer = setTimeout(() => client.kill("SIGKILL"), patience);
  const { success, stdout } = await client.output();
  clearTimeout(timer);
  if (!success) throw new Error(`Cannot measure ${plan.path}: the load client failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
