import type { Command } from "./command_line.ts";
import { type Config, readConfig } from "./config.ts";
import type { GetVariable } from "./environment.ts";
import { printableJson } from "./escape_controls.ts";
import { inspect, inspectionText } from "./inspect.ts";
import { keygen } from "./keygen.ts";
import type { OpenStore } from "./open_store.ts";
import { loadSecrets, type PrivateFiles, type Secrets } from "./secrets.ts";

/** What the program needs of the machine it runs on. */
export interface Machine {
  /** Looks up an environment variable. */
  readonly getVariable: GetVariable;
  /** Files that their owner alone may read. */
  readonly files: PrivateFiles;
  /** Reads standard input to its end. */
  readInput(): Promise<string>;
  /** Opens the store that the configuration names; the cookie store alone needs secrets. */
  openStore(config: Config, secrets: readonly string[]): OpenStore | Promise<OpenStore>;
}

/** What a command prints, and its exit status. */
export interface Answer {
  readonly text: string;
  readonly status: 0 | 1;
}

/**
 * Runs a command that answers and ends.
 *
 * @param command What the command line asks for.
 * @param machine The machine it runs on.
 * @throws {StartError} If the environment or the secret file is no good.
 */
export async function runTool(
  command: Exclude<Command, { name: "serve" }>,
  machine: Machine,
): Promise<Answer> {
  if (command.name === "help") return { text: command.text, status: 0 };
  const config = readConfig(machine.getVariable);
  const findSecrets = (): Promise<Secrets> => loadSecrets(config, machine.files, { create: false });
  if (command.name === "keygen") {
    return { text: await keygen(command, async () => (await findSecrets()).values), status: 0 };
  }
  const { cookie, cookieName, json } = command;
  const value = cookie === "-" ? await machine.readInput() : cookie;
  const secrets = config.store === "cookie" ? (await findSecrets()).values : [];
  const { store, close } = await machine.openStore(config, secrets);
  const now = Date.now();
  const found = await inspect(value.trim(), { ...config, cookieName, store, now });
  close();
  const text = json ? printableJson(found) : inspectionText(found, now);
  return { text, status: found.accepted ? 0 : 1 };
}
