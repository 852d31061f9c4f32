import { parseArgs } from "@std/cli/parse-args";
import { GENERAL_HELP, INSPECT_HELP, KEYGEN_HELP } from "./help.ts";
import { StartError } from "./start_error.ts";

/** What the command line asks for. */
export type Command =
  | { readonly name: "serve" }
  | { readonly name: "help"; readonly text: string }
  | KeygenCommand
  | InspectCommand;

/** `keygen`: make a secret. */
export interface KeygenCommand {
  readonly name: "keygen";
  /** Whether to print all of `SESSION_SECRETS`, the fresh secret first. */
  readonly rotate: boolean;
  readonly json: boolean;
}

/** `inspect`: look into a session cookie. */
export interface InspectCommand {
  readonly name: "inspect";
  /** The cookie's value, or `-` for standard input. */
  readonly cookie: string;
  /** The cookie's name; null to try the names that the server uses. */
  readonly cookieName: string | null;
  readonly json: boolean;
}

const COMMANDS = {
  serve: { help: GENERAL_HELP, boolean: [], string: [] },
  keygen: { help: KEYGEN_HELP, boolean: ["rotate", "json"], string: [] },
  inspect: { help: INSPECT_HELP, boolean: ["json"], string: ["name"] },
} as const;

/**
 * Reads the command line. Without a command, the server is meant.
 *
 * @param args The arguments, like `Deno.args`.
 * @throws {StartError} With status 2, if they make no sense.
 */
export function parseCommand(args: readonly string[]): Command {
  const isNamed = args[0] !== undefined && !args[0].startsWith("-");
  const name = isNamed ? args[0] : "serve";
  if (!isCommand(name)) throw misuse(`there is no command ${name}`);
  const { help, boolean, string } = COMMANDS[name];
  // A cookie's value may begin with a dash: it is longer than any option.
  const isValue = (argument: string): boolean => /^-[\w-]{39,}$/.test(argument);
  const rest = args.slice(isNamed ? 1 : 0);
  const values = rest.includes("--") ? [] : rest.filter(isValue);
  const ordered = [
    ...rest.filter((it) => !values.includes(it)),
    ...(values.length > 0 ? ["--", ...values] : []),
  ];
  const flags = parseArgs(ordered, {
    boolean: ["help", ...boolean],
    string: ["_", ...string],
    alias: { h: "help" },
    unknown(argument, key) {
      if (key !== undefined) throw misuse(`${name} has no option ${argument}`);
    },
  });
  if (flags.help === true) return { name: "help", text: help };
  const operands = flags._.map(String);
  const expected = name === "inspect" ? 1 : 0;
  if (operands.length !== expected) {
    const wanted = expected === 1 ? "1 argument" : "no arguments";
    throw misuse(`${name} takes ${wanted}, ${operands.length} found`);
  }
  const json = flags.json === true;
  switch (name) {
    case "serve":
      return { name };
    case "keygen":
      return { name, rotate: flags.rotate === true, json };
    case "inspect":
      return { name, cookie: operands.join(), cookieName: cookieName(flags.name), json };
  }
}

function isCommand(name: string | undefined): name is keyof typeof COMMANDS {
  return name !== undefined && Object.hasOwn(COMMANDS, name);
}

function cookieName(value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === "string" && value !== "") return value;
  throw misuse("--name needs a cookie name");
}

function misuse(what: string): StartError {
  return new StartError(`Cannot follow the command line: ${what}\n  --help shows what there is`, 2);
}
