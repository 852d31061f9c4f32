/** The core that the client has for itself, where there are two. */
export const clientCore = "1";

/** The core that a server is bound to. */
export const serverCore = "0";

/** All of the machine, for servers that may spread. */
export const allCores = `0-${navigator.hardwareConcurrency - 1}`;

let canPin: boolean | undefined;

/** Puts `taskset` before a command, where it is installed and there is a core to choose. */
export async function pinned(
  cores: string,
  command: readonly string[],
): Promise<[string, ...string[]]> {
  canPin ??= navigator.hardwareConcurrency > 1 && await hasTaskset();
  // Behind `env` so that a runtime which this task installs itself can be started at all: a
  // permission to run it cannot be given before it is there.
  return canPin ? ["taskset", "-c", cores, ...command] : ["env", ...command];
}

async function hasTaskset(): Promise<boolean> {
  try {
    const version = new Deno.Command("taskset", { args: ["--version"], stdout: "null" });
    return (await version.output()).success;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error("Cannot bind processes to cores: taskset is not installed");
    return false;
  }
}
