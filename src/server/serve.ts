import { type Config, period } from "./config.ts";
import type { Handler, Notice } from "./log.ts";
import { placeText } from "./open_store.ts";
import { type Secrets, StartError } from "./secrets.ts";

/** Where a server is to listen. */
export interface Address {
  readonly hostname: string;
  readonly port: number;
}

/**
 * Starts a server and, where it cannot listen, says why and what to do about it.
 *
 * @param address Where it is to listen.
 * @param serve Starts it there; the runtime's errors are told apart by their name.
 * @returns What `serve` returns.
 * @throws {StartError} If the port is busy, reserved, or the address is not of this machine.
 */
export function listening<Server>(address: Address, serve: (address: Address) => Server): Server {
  const { hostname, port } = address;
  try {
    return serve(address);
  } catch (cause) {
    const [reason, wayOut] = explain(cause, port);
    const message = `Cannot listen on ${hostname} port ${port}: ${reason}\n  ${wayOut}`;
    throw new StartError(message, 1, { cause });
  }
}

function explain(cause: unknown, port: number): [reason: string, wayOut: string] {
  const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
  switch (name) {
    case "AddrInUse": {
      const other = port < 65_535 ? `PORT=${port + 1}, or ` : "";
      return [
        "another program uses this port",
        `Choose another with ${other}PORT=0 for any free one, or stop that program`,
      ];
    }
    case "PermissionDenied":
      return [message, "Choose a port above 1023, for example PORT=8000"];
    default:
      return [
        message,
        "HOST must be an address of this machine: 127.0.0.1 for itself alone, 0.0.0.0 for all",
      ];
  }
}

/**
 * Wraps a handler to answer 400 to requests that HTTP does not allow and `Deno.serve` lets pass
 * (RFC 9112, sections 3.2 and 3.2.1): one without `Host`, for which it puts `localhost` and its own
 * port; a target with a fragment, which proxies read as a part of the path; a target of another
 * scheme.
 *
 * HTTP/2 needs no `Host`. It cannot be told apart where a client without encryption names the server
 * `localhost`, with its port, so such a client has to name `127.0.0.1`.
 */
export function requireTarget(handler: Handler, port: () => number): Handler {
  return (request) => {
    const { url, headers } = request;
    const isNamed = headers.has("host") || !url.startsWith(`http://localhost:${port()}/`);
    if (isNamed && !url.includes("#") && /^https?:/i.test(url)) return handler(request);
    return new Response("The request does not say where it goes\n", {
      status: 400,
      headers: { "x-content-type-options": "nosniff" },
    });
  };
}

/**
 * Milliseconds within which a second signal is the echo of the first: a terminal signals the whole
 * process group, and a task runner may pass on the one it got.
 */
const ECHO = 500;

/**
 * Ends a server in an orderly way: the first signal stops accepting and lets what is in flight
 * finish, for a limited time; a second signal ends it immediately.
 */
export class GracefulStop {
  readonly #shutdown: () => Promise<void>;
  readonly #grace: number;
  readonly #now: () => number;
  readonly #done = Promise.withResolvers<boolean>();
  /** Requests in flight that may have a body; each resolves when it is answered. */
  readonly #sending = new Set<Promise<void>>();
  #asked: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param shutdown Stops accepting and resolves when all that is in flight is answered.
   * @param options `grace`: milliseconds that requests in flight have, default 10,000; `now`: a
   * clock in milliseconds.
   */
  constructor(
    shutdown: () => Promise<void>,
    options: { grace?: number; now?: () => number } = {},
  ) {
    this.#shutdown = shutdown;
    this.#grace = options.grace ?? 10_000;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Resolves when the program may end: true if every request was answered. */
  get done(): Promise<boolean> {
    return this.#done.promise;
  }

  /**
   * Wraps a handler, to know what is in flight and to turn away what comes after the first signal.
   * Deno 2.9 makes bodies that are still arriving unreadable at shutdown (denoland/deno#36809), so
   * shutdown has to wait for them.
   */
  guard(handler: Handler): Handler {
    return (request) => {
      if (this.#asked !== null) return turnedAway();
      const mayHaveBody = request.method !== "GET" && request.method !== "HEAD";
      return mayHaveBody ? this.#track(handler, request) : handler(request);
    };
  }

  /** To be called for every signal; bound, so that it can be passed as a listener. */
  readonly signalled = (): void => {
    if (this.#asked === null) {
      this.#asked = this.#now();
      this.#timer = setTimeout(() => this.#end(false), this.#grace);
      Promise.all(this.#sending).then(this.#shutdown).then(
        () => this.#end(true),
        (error) => this.#end(Promise.reject(error)),
      );
    } else if (this.#now() - this.#asked >= ECHO) {
      this.#end(false);
    }
  };

  async #track(handler: Handler, request: Request): Promise<Response> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#sending.add(promise);
    try {
      return await handler(request);
    } finally {
      this.#sending.delete(promise);
      resolve();
    }
  }

  #end(answered: boolean | Promise<never>): void {
    clearTimeout(this.#timer);
    this.#done.resolve(answered);
  }
}

function turnedAway(): Response {
  const headers = { "retry-after": "1", "connection": "close" };
  return new Response("The server is stopping\n", { status: 503, headers });
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
