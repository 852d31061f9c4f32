/**
 * Prints the programs that a task may run, for `--allow-run`: `programs.ts [test|browser|bench|deno]`.
 *
 * @module
 */

import { chromiumPath } from "../browser/chromium.ts";

const PROGRAMS: Readonly<Record<string, () => string[]>> = {
  test: () => ["redis-server"],
  browser: () => [chromiumPath()],
  bench: () => ["taskset", "env", "ps", "redis-server", "/usr/bin/python3"],
  deno: () => [],
};

// Not "deno": the one on the path may be another, or a script that starts this one.
console.log([...PROGRAMS[Deno.args[0] ?? "test"]?.() ?? [], Deno.execPath()].join());
