/** A place where a Redis listens. */
export interface RedisMember {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** How Redis is reached: all that `REDIS_URL` says. */
export interface RedisPlace {
  /** One server, or several members of a Cluster, which name the others. */
  readonly members: readonly [RedisMember, ...RedisMember[]];
  /** Whether every connection is encrypted: to these members, and to those that they name. */
  readonly tls: boolean;
  /** Whom to sign in as; undefined: the default user. */
  readonly username: string | undefined;
  /** Undefined: nobody signs in. Never to be printed. */
  readonly password: string | undefined;
  /** The number of the database; 0 in a Cluster. */
  readonly database: number;
}

/** Where Redis is unless `REDIS_URL` says otherwise. */
export const LOCAL_REDIS: RedisPlace = {
  members: [{ host: "127.0.0.1", port: 6379 }],
  tls: false,
  username: undefined,
  password: undefined,
  database: 0,
};

/** One address, with what the members of a Cluster have in common. */
type Address = RedisMember & Omit<RedisPlace, "members">;

const FORM = "redis://host:port or rediss://host:port expected";
const DEFAULT_PORT = 6379;
const MAX_DATABASE = 2 ** 31 - 1;

/**
 * Reads addresses of Redis, separated by spaces or commas.
 *
 * @param text Such as `rediss://user:password@host:6379/0`.
 * @returns How Redis is reached, or what is wrong: in words that show nothing of the addresses, as
 * a password may stand where it does not belong.
 */
export function parseRedisUrl(text: string): RedisPlace | string {
  const urls = text.split(/[\s,]+/).filter((url) => url !== "");
  const addresses: Address[] = [];
  for (const [index, url] of urls.entries()) {
    const address = parseAddress(url);
    if (typeof address !== "string") addresses.push(address);
    else return urls.length === 1 ? address : `address ${index + 1}: ${address}`;
  }
  const [first, ...others] = addresses;
  if (first === undefined) return FORM;
  for (const [index, other] of others.entries()) {
    const fault = difference(first, other);
    if (fault !== null) return `address ${index + 2}: ${fault}`;
  }
  if (others.length > 0 && first.database !== 0) {
    return "a Cluster has database 0 alone: leave it out";
  }
  const members: RedisPlace["members"] = [memberOf(first), ...others.map(memberOf)];
  const { tls, username, password, database } = first;
  return { members, tls, username, password, database };
}

/** Writes where the members are: hosts and ports, nothing secret. */
export function placeText({ members }: RedisPlace): string {
  return members.map(({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`)
    .join(", ");
}

/** Whether text is a host name (in ASCII) or an IP address. */
export function isHost(text: string): boolean {
  return /^[\w.-]+$/.test(text) || isIpv6(text);
}

function isIpv6(text: string): boolean {
  return /^[\da-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]`);
}

/**
 * `URL` leaves percent-encodings as they are and says only that something is wrong: here the parts
 * are told apart, so that each has words of its own.
 */
function parseAddress(url: string): Address | string {
  const parts =
    /^(rediss?):\/\/(?:([^/?#]*)@)?(\[[^/?#\]]*\]|[^/?#:]*)(?::([^/?#]*))?(\/[^?#]*)?([^]*)$/i.exec(
      url,
    );
  if (parts === null) return `${FORM}, and %2C for a comma in a password`;
  const [_, scheme = "", userinfo = "", bracketed = "", portText = "", path = "", rest = ""] =
    parts;
  if (/^[?#]/.test(rest)) {
    return `${FORM} without ? or #: write them as %3F and %23 in a password`;
  }
  const host = bracketed.replace(/^\[(.*)\]$/, "$1");
  if (rest !== "") return FORM;
  if (host === "") return `${FORM}: the host is missing`;
  if (bracketed === host ? !/^[\w.-]+$/.test(host) : !isIpv6(host)) {
    return `${FORM}, where the host is a name, an IPv4 address or [an IPv6 address]`;
  }
  const port = wholeNumber(portText, DEFAULT_PORT, 65_535);
  if (port === null || port === 0) {
    return "a port from 1 to 65535 expected, as in redis://host:6379";
  }
  const database = wholeNumber(path.replace(/^\//, ""), 0, MAX_DATABASE);
  if (database === null) {
    return "a whole number expected as the database, as in redis://host:6379/0, and %2F for a slash in a password";
  }
  const colon = userinfo.indexOf(":");
  const username = decode(colon === -1 ? userinfo : userinfo.slice(0, colon));
  const password = decode(colon === -1 ? "" : userinfo.slice(colon + 1));
  if (username === null || password === null) {
    return "user and password are percent-encoded: write % itself as %25";
  }
  if (username !== "" && password === "") {
    return "a password expected with the user, as in redis://user:password@host:6379";
  }
  return {
    host,
    port,
    tls: scheme.toLowerCase() === "rediss",
    username: username || undefined,
    password: password || undefined,
    database,
  };
}

/** Members of a Cluster are signed in to alike: those that are discovered have no address here. */
function difference(first: Address, other: Address): string | null {
  if (other.tls !== first.tls) return "rediss:// for all of a Cluster or redis:// for all expected";
  if (other.username !== first.username || other.password !== first.password) {
    return "the same user and password expected as in address 1";
  }
  return other.database === first.database ? null : "the same database expected as in address 1";
}

function memberOf({ host, port }: Address): RedisMember {
  return { host, port };
}

/** Null if it is none; `fallback` if it is empty. */
function wholeNumber(text: string, fallback: number, max: number): number | null {
  if (text === "") return fallback;
  return /^\d{1,10}$/.test(text) && Number(text) <= max ? Number(text) : null;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
