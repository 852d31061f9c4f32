import type { Config } from "./config.ts";
import { escapeControls, printableJson } from "./escape_controls.ts";
import { period } from "./period.ts";
import { placeText } from "./redis_url.ts";
import type { LogFormat } from "./request_log.ts";
import type { Secrets } from "./secrets.ts";

/** A line of what the server says when it starts. */
export interface Notice {
  readonly level: "info" | "warning";
  readonly message: string;
}

const STORE_WORDS: Readonly<Record<Config["store"], (config: Config) => string>> = {
  cookie: () => "sealed in each visitor's cookie (SESSION_STORE=cookie)",
  kv: ({ kvPath }) => `in the file ${kvPath} (SESSION_STORE=kv)`,
  redis: ({ redis }) => `in Redis at ${placeText(redis)} (SESSION_STORE=redis)`,
};

/** What is known once the server runs. */
export interface Running {
  /** The port in use: the one of the configuration, or the free one that was found. */
  readonly port: number;
  /** The secrets in use; null where the store needs none. */
  readonly secrets: Secrets | null;
  /** A file in which sessions are kept and that others may read; null or left out: none. */
  readonly exposed?: string | null;
}

/**
 * Says where the server listens, where sessions and the secret are, and what to change before
 * others rely on it.
 *
 * @param config What was asked for.
 * @param running What came of it.
 */
export function startUpNotices(config: Config, running: Running): Notice[] {
  const { port, secrets, exposed } = running;
  const open = !isLoopback(config.host);
  const kept = secrets !== null && secrets.source !== "environment";
  const info = [
    `Satchel listens on ${origin(config.host, port)}${open ? ", for other machines too" : ""}`,
    `Sessions: ${STORE_WORDS[config.store](config)}, ` +
    `${period(config.idleTimeout)} idle, ${period(config.absoluteTimeout)} in all`,
    ...(secrets === null ? [] : [`Secret: ${secretWords(config, secrets)}`]),
  ];
  const warnings: string[] = [];
  if (secrets?.exposed) {
    warnings.push(`Others can read ${config.secretFile}: run chmod 600 on it`);
  }
  if (exposed) {
    warnings.push(`Others can read ${exposed}: run chmod 600 on it, its -wal and its -shm`);
  }
  if (open && !config.trustProxy) {
    warnings.push(
      "Others can reach this server without TLS: put a TLS proxy before it and set TRUST_PROXY=1",
    );
  }
  if (open && kept) {
    warnings.push(
      "Others can reach this server and its secret is a generated one: set SESSION_SECRETS (deno task keygen prints one)",
    );
  }
  if (!open && kept) {
    info.push(
      "For production: set SESSION_SECRETS (deno task keygen prints one), and put a TLS proxy before it with TRUST_PROXY=1",
    );
  }
  return [
    ...info.map((message): Notice => ({ level: "info", message })),
    ...warnings.map((message): Notice => ({ level: "warning", message })),
  ];
}

/** Writes a notice as a line: plain, or JSON for who reads the log by machine. */
export function noticeLine(notice: Notice, format: LogFormat): string {
  if (format === "json") return printableJson(notice);
  return escapeControls(`${notice.level === "warning" ? "Warning: " : ""}${notice.message}`);
}

function secretWords({ secretFile }: Config, { values, source }: Secrets): string {
  const count = values.length === 1 ? "" : `, ${values.length} of them, the first seals`;
  switch (source) {
    case "environment":
      return `from SESSION_SECRETS${count}`;
    case "file":
      return `from the file ${secretFile}${count}`;
    case "created file":
      return `a fresh one, kept in the file ${secretFile} so that sessions outlive a restart`;
  }
}

/** The wildcard addresses are nothing a browser can go to: 127.0.0.1 is among what they cover. */
function origin(host: string, port: number): string {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host);
}
