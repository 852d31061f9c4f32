import { Environment, type GetVariable } from "./environment.ts";
import { parseSecrets } from "./parse_secrets.ts";
import { isHost, LOCAL_REDIS, parseRedisUrl, type RedisPlace } from "./redis_url.ts";
import { StartError } from "./start_error.ts";

/** The stores that `SESSION_STORE` may name; the first is the default. */
const STORES = ["cookie", "kv", "redis"] as const;

/** Browsers keep no cookie longer (RFC 6265bis, section 5.5): 400 days, in seconds. */
const LONGEST_TIMEOUT = 400 * 86_400;

/** What the server needs to know, read from the environment and checked. */
export interface Config {
  /** `HOST`: the name or address to listen on. Default 127.0.0.1, this machine only. */
  readonly host: string;
  /** `PORT`: default 8000; 0 takes a free one. */
  readonly port: number;
  /** `SESSION_SECRETS`: newest first. Empty when unset: then `secretFile` has it. */
  readonly secrets: readonly string[];
  /** `SESSION_SECRET_FILE`: default `.session-secret`. */
  readonly secretFile: string;
  /** `SESSION_STORE`: where sessions are kept. Default `cookie`. */
  readonly store: (typeof STORES)[number];
  /** `KV_PATH`: the file of the KV store. Default `.satchel.sqlite`. */
  readonly kvPath: string;
  /**
   * `REDIS_URL`: default `redis://127.0.0.1:6379`. Several addresses, separated by spaces or commas,
   * are members of a Cluster. May hold a password: never to be printed.
   */
  readonly redis: RedisPlace;
  /** `SESSION_IDLE_TIMEOUT`: seconds without a visit until a session ends. Default 1200. */
  readonly idleTimeout: number;
  /** `SESSION_ABSOLUTE_TIMEOUT`: seconds until a session ends in any case. Default 7 days. */
  readonly absoluteTimeout: number;
  /** `TRUST_PROXY`: whether to believe `X-Forwarded-Proto` and `-Host`. Default 0. */
  readonly trustProxy: boolean;
  /** `LOG` and `LOG_FORMAT`: how requests are logged. Default `text`. */
  readonly log: "off" | "text" | "json";
  /** `SERVER_TIMING`: whether responses say how long their steps took. Default 0. */
  readonly serverTiming: boolean;
}

/** The environment is wrong: the message lists every fault, and the program exits with status 2. */
export class ConfigError extends StartError {
  override readonly name = "ConfigError";

  /** @param faults A line each: the variable's name, the limit and the value found. */
  constructor(readonly faults: readonly string[]) {
    const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
    super([`Cannot use the environment: ${count}`, ...faults].join("\n  "), 2);
  }
}

/**
 * Reads the environment.
 *
 * @param get Looks up a variable, like `Deno.env.get`.
 * @returns The configuration, frozen.
 * @throws {ConfigError} If any variable is wrong. It lists all that are, and shows no secret.
 */
export function readConfig(get: GetVariable): Config {
  const env = new Environment(get);
  const log = env.choice("LOG", ["on", "off"], "on");
  const format = env.choice("LOG_FORMAT", ["text", "json"], "text");
  const config: Config = {
    host: env.text("HOST", "127.0.0.1", "a host name or an IP address", isHost),
    port: env.wholeNumber("PORT", 8000, 0, 65_535),
    secrets: readSecrets(env),
    secretFile: env.text("SESSION_SECRET_FILE", ".session-secret"),
    store: env.choice("SESSION_STORE", STORES, "cookie"),
    kvPath: env.text("KV_PATH", ".satchel.sqlite"),
    redis: readRedisUrl(env),
    idleTimeout: env.wholeNumber("SESSION_IDLE_TIMEOUT", 1200, 1, LONGEST_TIMEOUT),
    absoluteTimeout: env.wholeNumber("SESSION_ABSOLUTE_TIMEOUT", 7 * 86_400, 1, LONGEST_TIMEOUT),
    trustProxy: env.flag("TRUST_PROXY"),
    log: log === "off" ? "off" : format,
    serverTiming: env.flag("SERVER_TIMING"),
  };
  if (env.faults.length > 0) throw new ConfigError(env.faults);
  return Object.freeze(config);
}

function readSecrets(env: Environment): readonly string[] {
  const text = env.raw("SESSION_SECRETS");
  if (text === undefined) return [];
  const { secrets, faults } = parseSecrets(text);
  if (faults.length === 0) return secrets;
  const wayOut = "deno task keygen prints one of 32 random bytes";
  return env.fault("SESSION_SECRETS", `${faults.join("; ")} (${wayOut})`, secrets);
}

/** Checked here and not by `Environment.text`: the URL may hold a password. */
function readRedisUrl(env: Environment): RedisPlace {
  const text = env.raw("REDIS_URL")?.trim();
  if (!text) return LOCAL_REDIS;
  const place = parseRedisUrl(text);
  return typeof place === "string" ? env.fault("REDIS_URL", place, LOCAL_REDIS) : place;
}
