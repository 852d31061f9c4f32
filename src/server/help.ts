/** The environment variables of the server: name, default, meaning. */
export const VARIABLES: readonly (readonly [name: string, fallback: string, meaning: string])[] = [
  ["HOST", "127.0.0.1", "address to listen on; 0.0.0.0 for all"],
  ["PORT", "8000", "port to listen on; 0 for any free one"],
  ["SESSION_SECRETS", "", "secrets, newest first, separated by spaces or commas"],
  ["SESSION_SECRET_FILE", ".session-secret", "holds the secret when SESSION_SECRETS is unset"],
  ["SESSION_STORE", "cookie", "where sessions are kept: cookie, kv or redis"],
  ["KV_PATH", ".satchel.sqlite", "file of the kv store"],
  ["REDIS_URL", "redis://127.0.0.1:6379", "server of the redis store; several for a Cluster"],
  ["SESSION_IDLE_TIMEOUT", "1200", "seconds without a visit until a session ends"],
  ["SESSION_ABSOLUTE_TIMEOUT", "604800", "seconds until a session ends in any case"],
  ["TRUST_PROXY", "0", "1: believe X-Forwarded-Proto and X-Forwarded-Host"],
  ["LOG", "on", "off: no line for each request"],
  ["LOG_FORMAT", "text", "json: one JSON object a line"],
  ["SERVER_TIMING", "0", "1: tell in a header how long each step took"],
];

/** What `--help` prints. */
export const GENERAL_HELP: string = `Satchel: a web server that remembers its visitors.

Usage
  deno task start                     serve until SIGINT or SIGTERM
  deno task dev                       serve, and start again when a file changes
  deno task keygen [--rotate]         print a fresh secret
  deno task inspect <cookie|->        look into a session cookie
Each has --help.

Environment
${VARIABLES.map(([name, fallback, meaning]) => row(name, fallback, meaning)).join("\n")}

Exit status
  0 done, 1 it cannot work here (busy port, store down, cookie refused), 2 misuse`;

/** What `keygen --help` prints. */
export const KEYGEN_HELP: string = `Prints a fresh secret for SESSION_SECRETS: 32 random bytes.

Usage
  deno task keygen [--rotate] [--json]

Options
  --rotate   print the whole line for SESSION_SECRETS: a fresh secret, which seals from now on,
             before those in use, which still open what they sealed
  --json     print JSON

Exit status
  0 done, 1 no secret to rotate, 2 misuse`;

/** What `inspect --help` prints. */
export const INSPECT_HELP: string = `Shows what a session cookie holds, or why it is refused.

Usage
  deno task inspect <cookie> [--name <name>] [--json]
  deno task inspect -                 read the cookie's value from standard input

Options
  --name     the name of the cookie it came from; without it, those of the server are tried
  --json     print JSON

The secrets come from the environment or the secret file, as for the server.

Exit status
  0 it is accepted, 1 it is refused, 2 misuse`;

function row(name: string, fallback: string, meaning: string): string {
  return `  ${name.padEnd(26)}${meaning}${fallback === "" ? "" : ` (${fallback})`}`;
}
