/**
 * Compiles the server into one file that needs nothing but itself: `deno task compile [FILE]`.
 *
 * @module
 */

import { VARIABLES } from "../../src/server/config.ts";

/** The project's folder. */
export const ROOT: string = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** How an attempt to compile ended. */
export interface Compiled {
  /** 0: done; 3: there is no runtime to put the server into; 1: anything else went wrong. */
  readonly status: 0 | 1 | 3;
  /** What there is to say. */
  readonly message: string;
}

/** What the program may read and write where it runs: in `deno.json` that would be this folder. */
const FILES = [VARIABLES.SESSION_SECRET_FILE[0], VARIABLES.KV_PATH[0]].join();

/**
 * Compiles the server. Its permissions are for good: those that `deno.json` names, and its files.
 *
 * @param output The file to write.
 * @param denort The runtime that goes into it. Default: Deno fetches the one of its own version.
 */
export async function compileServer(output: string, denort?: string): Promise<Compiled> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "--permission-set", // what deno.json has for `compile`
      "--no-prompt",
      `--allow-read=${FILES}`,
      `--allow-write=${FILES}`,
      "--frozen",
      "--exclude-unused-npm",
      "--app-name=satchel",
      `--output=${output}`,
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
