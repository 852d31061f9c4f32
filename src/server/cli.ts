import { parseArgs } from "@std/cli/parse-args";
import { generateSecret } from "../seal/keyring.ts";
import { TimeLimits } from "../session/limits.ts";
import type { LoadedSession, SessionStore } from "../session/store.ts";
import { type Config, type GetVariable, period, readConfig, VARIABLES } from "./config.ts";
import { escapeControls, printableJson } from "./log.ts";
import type { OpenStore } from "./open_store.ts";
import { loadSecrets, type PrivateFiles, StartError } from "./secrets.ts";

/** What the command line asks for. */
export type Command =
  | { readonly name: "serve" }
  | { readonly name: "help"; readonly text: string }
  | { readonly name: "keygen"; readonly rotate: boolean; readonly json: boolean }
  | {
    readonly name: "inspect";
    /** The cookie's value, or `-` for standard input. */
    readonly cookie: string;
    readonly cookieName: string | null;
    readonly json: boolean;
  };

/** What the program needs of the machine it runs on. */
export interface Machine {
  readonly getVariable: GetVariable;
  readonly files: PrivateFiles;
  readInput(): Promise<string>;
  /** Opens the store that the configuration names; the cookie store alone needs secrets. */
  openStore(config: Config, secrets: readonly string[]): OpenStore | Promise<OpenStore>;
}

const rows = Object.entries(VARIABLES).map(([name, [fallback, meaning]]) => {
  return `  ${name.padEnd(26)}${meaning}${fallback === "" ? "" : ` (${fallback})`}`;
});

const GENERAL_HELP = `Satchel: a web server that remembers its visitors.

Usage
  deno task start                     serve until SIGINT or SIGTERM
  deno task dev                       serve, and start again when a file changes
  deno task keygen [--rotate]         print a fresh secret
  deno task inspect <cookie|->        look into a session cookie
Each has --help.

Environment
${rows.join("\n")}

Exit status
  0 done, 1 it cannot work here (busy port, store down, cookie refused), 2 misuse`;

const KEYGEN_HELP = `Prints a fresh secret for SESSION_SECRETS: 32 random bytes.

Usage
  deno task keygen [--rotate] [--json]

Options
  --rotate   print the whole line for SESSION_SECRETS: a fresh secret, which seals from now on,
             before those in use, which still open what they sealed
  --json     print JSON

Exit status
  0 done, 1 no secret to rotate, 2 misuse`;

const INSPECT_HELP = `Shows what a session cookie holds, or why it is refused.

Usage
  deno task inspect <cookie> [--name <name>] [--json]
  deno task inspect -                 read the cookie's value from standard input

Options
  --name     the name of the cookie it came from; without it, those of the server are tried
  --json     print JSON

The secrets come from the environment or the secret file, as for the server.

Exit status
  0 it is accepted, 1 it is refused, 2 misuse`;

const COMMANDS = {
  serve: { help: GENERAL_HELP, boolean: [], string: [] },
  keygen: { help: KEYGEN_HELP, boolean: ["rotate", "json"], string: [] },
  inspect: { help: INSPECT_HELP, boolean: ["json"], string: ["name"] },
} as const;

/**
 * Reads the command line. Without a command, it means `serve`.
 *
 * @param args The arguments, like `Deno.args`.
 * @throws {StartError} With status 2, if they make no sense.
 */
export function parseCommand(args: readonly string[]): Command {
  const isNamed = args[0] !== undefined && !args[0].startsWith("-");
  const name = isNamed ? args[0] : "serve";
  if (name === undefined || !Object.hasOwn(COMMANDS, name)) {
    throw misuse(`there is no command ${name}`);
  }
  const command = name as keyof typeof COMMANDS;
  const { help, boolean, string } = COMMANDS[command];
  // A cookie's value may begin with a dash: it is longer than any option.
  const rest = args.slice(isNamed ? 1 : 0);
  const values = rest.includes("--") ? [] : rest.filter((it) => /^-[\w-]{39,}$/.test(it));
  const last = values.length === 0 ? [] : ["--", ...values];
  const flags = parseArgs([...rest.filter((it) => !values.includes(it)), ...last], {
    boolean: ["help", ...boolean],
    string: ["_", ...string],
    alias: { h: "help" },
    unknown(argument, key) {
      if (key !== undefined) throw misuse(`${name} has no option ${argument}`);
    },
  });
  if (flags.help === true) return { name: "help", text: help };
  const wanted = command === "inspect" ? "1 argument" : "no arguments";
  if (flags._.length !== (command === "inspect" ? 1 : 0)) {
    throw misuse(`${name} takes ${wanted}, ${flags._.length} found`);
  }
  const json = flags.json === true;
  if (command === "serve") return { name: command };
  if (command === "keygen") return { name: command, rotate: flags.rotate === true, json };
  if (flags.name === "") throw misuse("--name needs a cookie name");
  const cookieName = flags.name === undefined ? null : String(flags.name);
  return { name: command, cookie: flags._.join(), cookieName, json };
}

const misuse = (what: string): StartError =>
  new StartError(`Cannot follow the command line: ${what}\n  --help shows what there is`, 2);

/**
 * Runs a command that answers and ends.
 *
 * @param command What the command line asks for.
 * @param machine The machine it runs on.
 * @returns The text to print, and the exit status.
 * @throws {StartError} If the environment or the secret file is no good.
 */
export async function runTool(
  command: Exclude<Command, { name: "serve" }>,
  machine: Machine,
): Promise<{ text: string; status: 0 | 1 }> {
  if (command.name === "help") return { text: command.text, status: 0 };
  const config = readConfig(machine.getVariable);
  const inUse = async (): Promise<readonly string[]> =>
    (await loadSecrets(config, machine.files, { create: false })).values;
  if (command.name === "keygen") {
    const { rotate, json } = command;
    const secret = generateSecret();
    const line = rotate ? [secret, ...await inUse()].join(",") : secret;
    const text = rotate ? `SESSION_SECRETS=${line}` : line;
    const values = { [rotate ? "SESSION_SECRETS" : "secret"]: line };
    return { text: json ? printableJson(values) : text, status: 0 };
  }
  const { cookieName, json } = command;
  const value = command.cookie === "-" ? await machine.readInput() : command.cookie;
  const secrets = config.store === "cookie" ? await inUse() : [];
  const { store, close } = await machine.openStore(config, secrets);
  const now = Date.now();
  const found = await inspect(value.trim(), { ...config, cookieName, store, now });
  close();
  const text = json ? printableJson(found) : inspectionText(found, now);
  return { text, status: found.accepted ? 0 : 1 };
}

/** The names of the server's cookie: on plain http, and on https. */
const KNOWN_NAMES = ["session", "__Host-session"] as const;
const OTHER_NAME: readonly string[] = ["unknown id", "forged"];

/** How a cookie is looked into; `now` is in milliseconds. */
export type InspectOptions =
  & Pick<Config, "idleTimeout" | "absoluteTimeout">
  & { readonly cookieName: string | null; readonly store: SessionStore; readonly now: number };

/** Looks into a session cookie as the server would; returns what it holds, or why it is refused. */
export async function inspect(value: string, options: InspectOptions) {
  const { cookieName } = options;
  let reason = "";
  for (const name of new Set([cookieName ?? KNOWN_NAMES[0], ...KNOWN_NAMES])) {
    const result = await options.store.load(value, name);
    if (result.record === null) {
      if (reason === "" || OTHER_NAME.includes(reason)) reason = result.reason;
    } else if (cookieName !== null && name !== cookieName) {
      return refused(`wrong cookie name: it belongs to ${name}, not ${cookieName}`);
    } else {
      return describe(result, name, options);
    }
  }
  return refused(reason);
}

const refused = (reason: string) => ({ accepted: false, reason }) as const;

function describe({ record, seal }: LoadedSession, cookieName: string, options: InspectOptions) {
  const now = Math.floor(options.now / 1000);
  const limits = new TimeLimits(options);
  const ends = limits.endsOf(record);
  const [idleEnd, absoluteEnd] = [iso(ends[0]), iso(ends[1])];
  const reason = limits.rejection(record, now);
  const end = now > ends[1] ? `${absoluteEnd} (absolute` : `${idleEnd} (idle`;
  if (reason === "expired") return refused(`expired at ${end} timeout)`);
  if (reason !== null) return refused(reason);
  const { createdAt, renewedAt, csrf, ...rest } = record;
  return {
    accepted: true,
    cookieName,
    keyId: seal?.keyId ?? null,
    newestKey: seal?.newest ?? null,
    createdAt: iso(createdAt),
    renewedAt: iso(renewedAt),
    idleEnd,
    absoluteEnd,
    csrf: csrf !== null,
    ...rest,
  } as const;
}

/** Writes what {@linkcode inspect} found for people. */
export function inspectionText(found: Awaited<ReturnType<typeof inspect>>, now: number): string {
  if (!found.accepted) return escapeControls(`Refused: ${found.reason}`);
  const ago = (time: string) => `${time}, ${roughPeriod((now - Date.parse(time)) / 1000)} ago`;
  const left = (time: string) =>
    time === "never" ? time : `${time}, in ${roughPeriod((Date.parse(time) - now) / 1000)}`;
  const { keyId, newestKey } = found;
  const age = newestKey ? "the newest" : "an older one";
  const key = keyId === null
    ? "none: the cookie names a session that the store keeps"
    : `${keyId}, ${age}`;
  const lines: (readonly [label: string, text: string])[] = [
    ["cookie", found.cookieName],
    ["key", key],
    ["created", ago(found.createdAt)],
    ["renewed", ago(found.renewedAt)],
    ["idle limit", left(found.idleEnd)],
    ["absolute limit", left(found.absoluteEnd)],
    ["CSRF token", found.csrf ? "yes" : "no"],
    ["owner", found.owner ?? "nobody"],
    ...found.flash.map(({ level, message }) => ["flash", `${level}: ${message}`] as const),
    ...found.forms.map(([name, form]) => ["form", `${name}: ${JSON.stringify(form)}`] as const),
    ...Object.entries(found.data).map(([key, value]) => {
      return ["value", `${key} = ${JSON.stringify(value)}`] as const;
    }),
  ];
  return lines.map(([label, text]) => escapeControls(`${label.padEnd(16)}${text}`)).join("\n");
}

const iso = (seconds: number): string =>
  seconds === Infinity ? "never" : new Date(seconds * 1000).toISOString();

/** Writes a span of time in whole units of the largest that fits: `1 day` for 30 hours. */
function roughPeriod(seconds: number): string {
  const length = [86_400, 3600, 60].find((length) => seconds >= length) ?? 1;
  return seconds < 1 ? "0 seconds" : period(Math.floor(seconds / length) * length);
}
