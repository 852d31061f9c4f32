/**
 * Runs `main.ts` with the permissions that the environment asks for, and no others:
 * `run_main.ts start|dev|keygen|inspect [arguments]`. It may run any program itself, for whoever may
 * run Deno may do everything; what it runs may not.
 *
 * @module
 */

import { type Command, permissions } from "./permissions.ts";

const [task = "start", ...args] = Deno.args;
const isServer = task === "start" || task === "dev";
const command = isServer ? "start" : task as Command;
const child = new Deno.Command(Deno.execPath(), {
  args: [
    "run",
    ...(task === "dev" ? ["--watch"] : []),
    ...permissions(command, (name) => Deno.env.get(name)),
    "main.ts",
    ...(isServer ? [] : [command]),
    ...args,
  ],
}).spawn();

for (const signal of ["SIGINT", Deno.build.os === "windows" ? "SIGBREAK" : "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    try {
      child.kill(signal);
    } catch {
      // A terminal signals both, and the child may have ended already.
    }
  });
}
Deno.exit((await child.status).code);
