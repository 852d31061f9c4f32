/**
 * Compiles the server into one file that needs nothing but itself: `deno task compile [FILE]`.
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };

/** The project's folder. */
export const ROOT: string = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** How an attempt to compile ended. */
export interface Compiled {
  /** 0: done; 3: there is no runtime to put the server into; 1: anything else went wrong. */
  readonly status: 0 | 1 | 3;
  /** What there is to say. */
  readonly message: string;
}

/**
 * The permissions that a task's command gives, with the values that it gives to variables. The
 * binary has those of `start`, for good; relative paths are looked for where it runs.
 */
export function permissions(command: string): string[] {
  const values = new Map(
    Array.from(
      command.matchAll(/\bexport (\w+)=([^\s;]+)/g),
      ([, name, value = ""]) => [name, value],
    ),
  );
  const flags = command.match(/--(?:allow|ignore|deny)-[\w-]+(?:=[^\s"]+)?/g) ?? [];
  return flags.map((flag) => flag.replaceAll(/\$(\w+)/g, (_, name) => values.get(name) ?? ""));
}

/**
 * Compiles the server.
 *
 * @param output The file to write.
 * @param denort The runtime that goes into it. Default: Deno fetches the one of its own version.
 */
export async function compileServer(output: string, denort?: string): Promise<Compiled> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "--no-prompt",
      "--frozen",
      "--exclude-unused-npm",
      "--app-name=satchel",
      `--output=${output}`,
      ...permissions(config.tasks.start.command),
      "main.ts",
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...(denort === undefined ? {} : { DENORT_BIN: denort }) },
    stdin: "null",
  });
  const { success, stderr } = await command.output();
  if (success) return { status: 0, message: `Compiled ${output}` };
  const said = new TextDecoder().decode(stderr);
  if (!/Setting up base binary|Could not find denort/.test(said)) {
    return { status: 1, message: said.trim() };
  }
  const missing =
    `denort ${Deno.version.deno} for ${Deno.build.target} is neither here nor in reach`;
  const remedy = "name its file in DENORT_BIN (it is part of each release of Deno)";
  return { status: 3, message: `Cannot compile the server: ${missing}; ${remedy}` };
}

if (import.meta.main) {
  const { status, message } = await compileServer(Deno.args[0] ?? "satchel");
  if (status === 0) console.log(message);
  else console.error(message);
  Deno.exit(status);
}
