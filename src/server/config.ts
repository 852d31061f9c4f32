import { escapeControls } from "./log.ts";
import type { RedisPlace } from "./open_store.ts";
import { isNamed, parseSecrets, StartError } from "./secrets.ts";

/** The stores that `SESSION_STORE` may name; the first is the default. */
const STORES = ["cookie", "kv", "redis"] as const;

/**
 * The environment variables: default and meaning. This table makes the configuration, `--help`, the
 * permissions that the program asks for, and the table of the README.
 */
export const VARIABLES = {
  HOST: ["127.0.0.1", "address to listen on; 0.0.0.0 for all"],
  PORT: ["8000", "port to listen on; 0 for any free one"],
  SESSION_SECRETS: ["", "secrets, newest first, separated by spaces or commas"],
  SESSION_SECRET_FILE: [".session-secret", "holds the secret when SESSION_SECRETS is unset"],
  SESSION_STORE: ["cookie", "where sessions are kept: cookie, kv or redis"],
  KV_PATH: [".satchel.sqlite", "file of the kv store"],
  REDIS_URL: ["redis://127.0.0.1:6379", "server of the redis store; several for a Cluster"],
  SESSION_IDLE_TIMEOUT: ["1200", "seconds without a visit until a session ends"],
  SESSION_ABSOLUTE_TIMEOUT: ["604800", "seconds until a session ends in any case"],
  TRUST_PROXY: ["0", "1: believe X-Forwarded-Proto and X-Forwarded-Host"],
  LOG: ["on", "off: no line for each request"],
  LOG_FORMAT: ["text", "json: one JSON object a line"],
  SERVER_TIMING: ["0", "1: tell in a header how long each step took"],
} as const satisfies Record<string, readonly [fallback: string, meaning: string]>;

type Variable = keyof typeof VARIABLES;

/** Looks up an environment variable, like `Deno.env.get`. */
export type GetVariable = (name: string) => string | undefined;

/** Browsers keep no cookie longer (RFC 6265bis, section 5.5): 400 days, in seconds. */
const LONGEST_TIMEOUT = 400 * 86_400;

/** The environment is wrong: the message lists every fault, and the program exits with status 2. */
export class ConfigError extends StartError {
  override readonly name = "ConfigError";

  /** @param faults A line each: the variable's name, the limit and the value found. */
  constructor(readonly faults: readonly string[]) {
    const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
    super([`Cannot use the environment: ${count}`, ...faults].join("\n  "), 2);
  }
}

/** The checked configuration. */
export type Config = ReturnType<typeof readConfig>;

/**
 * Reads the environment: a variable that is unset or blank has its default.
 *
 * @param get Looks up a variable, like `Deno.env.get`.
 * @returns The configuration, under the names that the library's options have.
 * @throws {ConfigError} If any variable is wrong. It lists all that are, and shows no secret.
 */
export function readConfig(get: GetVariable) {
  const faults: string[] = [];
  const fault = (name: Variable, what: string): void => void faults.push(`${name}: ${what}`);

  function raw(name: Variable): string | undefined {
    try {
      return get(name);
    } catch (error) {
      if (!isNamed(error, "InvalidData")) throw error;
      fault(name, "text in UTF-8 expected, other bytes found");
    }
  }

  function text(
    name: Variable,
    expected = "",
    isValid = (_: string): boolean => true,
    fallback: string = VARIABLES[name][0],
  ): string {
    const found = raw(name)?.trim() || fallback;
    if (isValid(found)) return found;
    fault(name, `${expected} expected, ${quote(found)} found`);
    return fallback;
  }

  function choice<const Word extends string>(name: Variable, words: readonly Word[]): Word {
    const found = text(name, words.join(" or "), (text) => words.some((word) => word === text));
    return words.find((word) => word === found) as Word;
  }

  function wholeNumber(name: Variable, min: number, max: number, fallback?: string): number {
    const isInside = (text: string): boolean =>
      /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max;
    return Number(text(name, `a whole number from ${min} to ${max}`, isInside, fallback));
  }

  function secrets(): readonly string[] {
    const found = raw("SESSION_SECRETS");
    if (found === undefined) return [];
    const { secrets, faults } = parseSecrets(found);
    const wayOut = "deno task keygen prints one of 32 random bytes";
    if (faults.length > 0) fault("SESSION_SECRETS", `${faults.join("; ")} (${wayOut})`);
    return secrets;
  }

  function redis(): RedisPlace {
    const [fallback] = VARIABLES.REDIS_URL;
    const place = parseRedisUrl(raw("REDIS_URL")?.trim() || fallback);
    if (typeof place !== "string") return place;
    fault("REDIS_URL", place); // the value is not shown: it may hold a password
    return parseRedisUrl(fallback) as RedisPlace;
  }

  const idle = wholeNumber("SESSION_IDLE_TIMEOUT", 1, LONGEST_TIMEOUT);
  const longest = String(Math.max(idle, Number(VARIABLES.SESSION_ABSOLUTE_TIMEOUT[0])));
  const absolute = wholeNumber("SESSION_ABSOLUTE_TIMEOUT", 1, LONGEST_TIMEOUT, longest);
  const log = choice("LOG", ["on", "off"]);
  const format = choice("LOG_FORMAT", ["text", "json"]);
  const config = Object.freeze({
    host: text("HOST", "a host name or an IP address", isHost),
    port: wholeNumber("PORT", 0, 65_535),
    secrets: secrets(),
    secretFile: text("SESSION_SECRET_FILE"),
    store: choice("SESSION_STORE", STORES),
    kvPath: text("KV_PATH"),
    redis: redis(),
    idleTimeout: Math.min(idle, absolute), // the shorter limit wins, and the library wants to see so
    absoluteTimeout: absolute,
    trustProxy: choice("TRUST_PROXY", ["1", "0"]) === "1",
    log: log === "off" ? log : format,
    serverTiming: choice("SERVER_TIMING", ["1", "0"]) === "1",
  });
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

const UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]] as const;

/**
 * Writes a span of time in the largest unit that divides it.
 *
 * @param seconds The span, a whole number.
 * @returns Such as `20 minutes` or `90 seconds`.
 */
export function period(seconds: number): string {
  const [unit, length] = UNITS.find(([, length]) => seconds % length === 0) ?? UNITS[3];
  const count = seconds / length;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** Quotes a value for a message: at most 40 characters of it, on one line. */
function quote(text: string): string {
  return `"${escapeControls(text.length > 40 ? `${text.slice(0, 40)}…` : text)}"`;
}

const FORM = "redis://host:port or rediss://host:port expected";

/** Whether text is a host name (in ASCII) or an IP address. */
export function isHost(text: string): boolean {
  return /^[\w.-]+$/.test(text) || (/^[\da-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]`));
}

/**
 * Reads addresses of Redis, separated by spaces or commas: `rediss://user:password@host:6379/0`.
 *
 * @returns How Redis is reached, or what is wrong: in words that show nothing of the addresses, as
 * a password may stand where it does not belong.
 */
export function parseRedisUrl(text: string): RedisPlace | string {
  const places: RedisPlace[] = [];
  const urls = text.split(/[\s,]+/).filter((url) => url !== "");
  for (const [index, url] of urls.entries()) {
    const place = parseAddress(url);
    const fault = typeof place === "string" ? place : difference(places[0] ?? place, place);
    if (fault !== null) return urls.length === 1 ? fault : `address ${index + 1}: ${fault}`;
    places.push(place as RedisPlace);
  }
  const [first, ...others] = places;
  if (first === undefined) return FORM;
  if (others.length > 0 && first.database !== 0) {
    return "a Cluster has database 0 alone: leave it out";
  }
  return { ...first, members: [first.members[0], ...others.map(({ members }) => members[0])] };
}

function difference(first: RedisPlace, other: RedisPlace): string | null {
  if (other.tls !== first.tls) return "rediss:// for all of a Cluster or redis:// for all expected";
  if (other.username !== first.username || other.password !== first.password) {
    return "the same user and password expected as in address 1";
  }
  return other.database === first.database ? null : "the same database expected as in address 1";
}

/** Reads one address: `URL` says only that something is wrong, here each part has its own words. */
function parseAddress(url: string): RedisPlace | string {
  const parts =
    /^(rediss?):\/\/(?:([^/?#]*)@)?(\[[^/?#\]]*\]|[^/?#:]*)(?::([^/?#]*))?(?:\/([^?#]*))?([^]*)$/i
      .exec(url);
  if (parts === null) return `${FORM}, and %2C for a comma in a password`;
  const [_, scheme = "", user = "", bracketed = "", port = "", database = "", rest = ""] = parts;
  if (/^[?#]/.test(rest)) return `${FORM} without ? or #: write them as %3F and %23 in a password`;
  const host = bracketed.replace(/^\[(.*)\]$/, "$1");
  if (rest !== "") return FORM;
  if (host === "") return `${FORM}: the host is missing`;
  if (!isHost(host) || host.includes(":") !== (bracketed !== host)) {
    return `${FORM}, where the host is a name, an IPv4 address or [an IPv6 address]`;
  }
  if (!/^(\d{1,5})?$/.test(port) || port === "0" || Number(port) > 65_535) {
    return "a port from 1 to 65535 expected, as in redis://host:6379";
  }
  if (!/^\d{0,9}$/.test(database)) {
    return "a whole number expected as the database, as in redis://host:6379/0, " +
      "and %2F for a slash in a password";
  }
  const [username, password] = [user.replace(/:.*/, ""), user.replace(/^[^:]*:?/, "")].map(decode);
  if (username === null || password === null) {
    return "user and password are percent-encoded: write % itself as %25";
  }
  if (username && !password) {
    return "a password expected with the user, as in redis://user:password@host:6379";
  }
  return {
    members: [{ host, port: Number(port || 6379) }],
    tls: scheme.toLowerCase() === "rediss",
    username: username || undefined,
    password: password || undefined,
    database: Number(database),
  };
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
