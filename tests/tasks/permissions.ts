import settings from "../../deno.json" with { type: "json" };
import { type Config, ConfigError, type GetVariable, readConfig } from "../../src/server/config.ts";

/** What `main.ts` is started for. */
export type Command = "start" | "keygen" | "inspect";

/**
 * The permissions of `main.ts` as options of `deno run`: no wider than what the environment asks
 * for. The variables that it may read are those of the compiled program, in `deno.json`.
 *
 * @param command What it is started for.
 * @param get Looks up a variable, like `Deno.env.get`.
 */
export function permissions(command: Command, get: GetVariable): string[] {
  const { allow, ignore } = settings.compile.permissions.env;
  const options = ["--no-prompt", `--allow-env=${allow}`, `--ignore-env=${ignore}`];
  const config = configFrom(get);
  if (config === null) return options;
  const { store, secrets, secretFile, kvPath } = config;
  const secret = secrets.length > 0 ? [] : [secretFile];
  if (command === "keygen") return [...options, ...granted("read", secret)];
  const files = { cookie: secret, kv: [kvPath], redis: [] }[store];
  const written = command === "start" || store === "kv" ? files : [];
  return [
    ...options,
    ...hostsOf(command, config),
    ...granted("read", files),
    ...granted("write", written),
  ];
}

/** The configuration; null where it is wrong: the program itself says what is. */
function configFrom(get: GetVariable): Config | null {
  try {
    return readConfig(get);
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}

/** The address to listen on and that of the store. Members of a Cluster name others, anywhere. */
function hostsOf(command: Command, { host, port, store, kvPath, redis }: Config): string[] {
  const isRemote = store === "kv" && URL.canParse(kvPath) && /^https?:/.test(kvPath);
  if (isRemote || store === "redis" && redis.members.length > 1) return ["--allow-net"];
  return granted("net", [
    ...(command === "start" ? [address(host, port)] : []),
    // To look up a name takes the permission for all of its ports.
    ...(store === "redis"
      ? redis.members.map(({ host, port }) => /^[\d.]+$|:/.test(host) ? address(host, port) : host)
      : []),
  ]);
}

function address(host: string, port: number): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** One option with a list of values; none for an empty list. */
function granted(what: "net" | "read" | "write", values: readonly string[]): string[] {
  return values.length === 0 ? [] : [`--allow-${what}=${values}`];
}
