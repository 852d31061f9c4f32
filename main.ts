/**
 * The server: puts the parts together, and is the only place that touches the machine.
 *
 * @module
 */

import { ChangeTrace } from "./src/inspector/mod.ts";
import { type Machine, parseCommand, runTool } from "./src/server/cli.ts";
import { readConfig } from "./src/server/config.ts";
import { ServerLog } from "./src/server/log.ts";
import { openStore } from "./src/server/open_store.ts";
import { loadSecrets, type PrivateFiles, StartError } from "./src/server/secrets.ts";
import { GracefulStop, listening, requireTarget, startUpNotices } from "./src/server/serve.ts";
import { Sessions } from "./src/session/mod.ts";
import { createHandler } from "./src/web/mod.ts";
import { errorPage, onFormExpired, routes, type Visitor } from "./views/routes.ts";

const ENDINGS: Deno.Signal[] = ["SIGINT", Deno.build.os === "windows" ? "SIGBREAK" : "SIGTERM"];

const files: PrivateFiles = {
  read: (path) => Deno.readTextFile(path),
  create: (path, text) => Deno.writeTextFile(path, text, { createNew: true, mode: 0o600 }),
  mode: async (path) => (await Deno.stat(path)).mode,
};

const machine: Machine = {
  getVariable: (name) => Deno.env.get(name),
  files,
  readInput: () => new Response(Deno.stdin.readable).text(),
  openStore: (config, secrets) =>
    openStore(config, secrets, {
      files,
      openKv: (path) => Deno.openKv(path),
      importRedis: () => import("redis"),
      importTls: () => import("node:tls"),
    }),
};

/** Serves until a signal ends it; returns the exit status. */
async function serve(): Promise<number> {
  const config = readConfig(machine.getVariable);
  const secrets = config.store === "cookie" ? await loadSecrets(config, files) : null;
  const log = new ServerLog(config.log, console);
  const { store, exposed, close } = await machine.openStore(config, secrets?.values ?? []);
  // The configuration has limits, proxy and timing under the names that the library gives them.
  const { rejected: onReject, refused: onRefuse, error: onError } = log;
  const options = { ...config, store, onReject, onRefuse, onError, errorPage, onFormExpired };
  const sessions = new Sessions<Visitor>({ ...options, trace: new ChangeTrace() });
  const pages = routes({ sessions, store });
  const handler = createHandler({ ...options, routes: pages, sessions, csrf: true });

  const answer = requireTarget(handler, () => server.addr.port);
  const stop: GracefulStop = new GracefulStop(() => server.shutdown());
  const server = listening({ hostname: config.host, port: config.port }, (address) => {
    return Deno.serve({ ...address, onListen() {} }, log.requests(stop.guard(answer)));
  });
  log.notices(startUpNotices(config, { secrets, exposed, port: server.addr.port }));
  for (const signal of ENDINGS) Deno.addSignalListener(signal, stop.signalled);
  const answered = await stop.done;
  close();
  log.close();
  return answered ? 0 : 1;
}

try {
  const command = parseCommand(Deno.args);
  if (command.name === "serve") Deno.exit(await serve());
  const { text, status } = await runTool(command, machine);
  console.log(text);
  Deno.exit(status);
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  Deno.exit(error.status);
}
