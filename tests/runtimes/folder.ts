/** Where the task keeps what it fetches and builds. */
const FOLDER = new URL("./.runtimes/", import.meta.url);

/** A path in the folder. */
export function pathOf(name: string): string {
  return decodeURIComponent(new URL(name, FOLDER).pathname);
}

/** Runs `deno` with a task's own permissions; fails with what it said. */
export async function deno(args: readonly string[], cwd?: string): Promise<void> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd, stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  if (success) return;
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  throw new Error(`Cannot run deno ${args[0]}: ${said.trim()}`);
}

/**
 * Bundles a module and all that it imports into one ES module.
 *
 * @param module The module, from this folder.
 * @param name The bundle's name in the task's folder.
 * @param platform "deno" lets it import Node's modules; everything else has to do without.
 * @returns The bundle's path.
 */
export async function bundle(
  module: string,
  name: string,
  platform: "browser" | "deno" = "browser",
): Promise<string> {
  const path = decodeURIComponent(new URL(module, import.meta.url).pathname);
  const output = pathOf(name);
  await deno(["bundle", "--quiet", `--platform=${platform}`, `--output=${output}`, path]);
  return output;
}
