import { SessionStoreError } from "../session/errors.ts";
import { pathOf } from "../web/request_checks.ts";

/** A function that answers requests, as `Deno.serve` takes it. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** A line of what the server says when it starts. */
export interface Notice {
  readonly level: "info" | "warning";
  readonly message: string;
}

/** Where lines go, like `console`. */
export interface Outlet {
  log(text: string): void;
  error(text: string): void;
}

/** A failed request and its error. */
interface Failure {
  readonly error: unknown;
  readonly request: Request;
}

/** Milliseconds that a line waits for others: a busy server writes a few times a second. */
const DELAY = 50;
/** Milliseconds between two lines about cookies or forms that were refused for one reason. */
const REJECTION_INTERVAL = 10_000;
/** Milliseconds between two lines about a store that fails. */
const OUTAGE_INTERVAL = 1000;
/** Milliseconds without a failure that end an outage: health checks alone must not restart it. */
const OUTAGE_END = 60_000;
/** The most causes of an error that are followed: a chain may be a ring. */
const MAX_CAUSES = 5;

/** Everything that the server says: notices, requests, refused cookies and forms, unexpected errors. */
export class ServerLog {
  readonly #outlet: Outlet;
  readonly #mode: "off" | "text" | "json";
  readonly #now: () => number;
  #lines: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #cookies = this.#refusals("session cookie");
  readonly #forms = this.#refusals("form");
  /** A store that is down fails every request: that is one event, with one stack. */
  readonly #outages = new Summary<Failure>(OUTAGE_INTERVAL, OUTAGE_END, (report) => {
    const { count, latest: { error, request }, isFirst } = report;
    if (isFirst) return this.#writeError(error, request);
    const fields = { level: "error", event: "requests failed", error: String(error), count };
    const requests = count === 1 ? "1 request" : `${count} requests`;
    this.#outlet.error(this.#line(fields, `${requests} failed: ${error}`));
  });

  /**
   * @param mode `off` keeps to notices and errors; `json` writes one object a line.
   * @param outlet Where lines go.
   * @param now The clock, in milliseconds.
   */
  constructor(mode: "off" | "text" | "json", outlet: Outlet, now = () => performance.now()) {
    this.#mode = mode;
    this.#outlet = outlet;
    this.#now = now;
  }

  /** Writes notices without delay: somebody waits for them. */
  notices(notices: readonly Notice[]): void {
    for (const { level, message } of notices) {
      this.#push({ level, message }, `${level === "warning" ? "Warning: " : ""}${message}`);
    }
    this.#flush();
  }

  /**
   * Wraps a handler so that each request leaves a line: method, path, status, milliseconds. No query
   * string and no header is written: they carry what is nobody's business.
   */
  requests(handler: Handler): Handler {
    if (this.#mode === "off") return handler;
    return async (request) => {
      const start = this.#now();
      let status = 500;
      try {
        const response = await handler(request);
        status = response.status;
        return response;
      } finally {
        const ms = Math.round((this.#now() - start) * 10) / 10;
        const fields = { method: request.method, path: pathOf(request.url), status, ms };
        this.#push(fields, `${fields.method} ${fields.path} ${status} ${ms} ms`);
      }
    };
  }

  /** Counts a rejected session cookie; bound, so that it can be passed as `onReject`. */
  readonly rejected = (reason: string): void => {
    if (this.#mode !== "off") this.#cookies.note(reason, null);
  };

  /** Counts a refused form; bound, so that it can be passed as `onRefuse`. */
  readonly refused = (reason: string): void => {
    if (this.#mode !== "off") this.#forms.note(reason, null);
  };

  /** Writes an unexpected error, or counts it during an outage; bound, for `onError`. */
  readonly error = (error: unknown, request: Request): void => {
    if (error instanceof SessionStoreError) this.#outages.note(error.name, { error, request });
    else this.#writeError(error, request);
  };

  /** Writes what waits. Call it before the program ends. */
  close(): void {
    this.#cookies.flush();
    this.#forms.flush();
    this.#outages.flush();
    this.#flush();
  }

  #refusals(what: string): Summary<null> {
    return new Summary(REJECTION_INTERVAL, REJECTION_INTERVAL, ({ kind: reason, count }) => {
      const fields = { level: "warning", event: `${what} refused`, reason, count };
      this.#push(fields, `Refused ${count} ${what}${count === 1 ? "" : "s"}: ${reason}`);
    });
  }

  #writeError(error: unknown, { method, url }: Request): void {
    const path = pathOf(url);
    const stack = stackOf(error);
    const fields = { level: "error", method, path, error: String(error), stack };
    // Later lines are indented, so that no message can pass for a line of its own.
    const text = `${method} ${path} failed: ${stack}`.split("\n").map(escapeControls).join("\n  ");
    this.#outlet.error(this.#mode === "json" ? printableJson(fields) : text);
  }

  #line(fields: object, text: string): string {
    return this.#mode === "json" ? printableJson(fields) : escapeControls(text);
  }

  #push(fields: object, text: string): void {
    this.#lines.push(this.#line(fields, text));
    this.#timer ??= setTimeout(() => this.#flush(), DELAY);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length > 0) this.#outlet.log(this.#lines.join("\n"));
    this.#lines = [];
  }
}

/** A report of events of one kind: the first one, or those since the last report. */
interface Report<Event> {
  readonly kind: string;
  readonly count: number;
  readonly latest: Event;
  readonly isFirst: boolean;
}

/** Events of one kind since the last report. */
interface Recent<Event> {
  count: number;
  latest: Event;
  /** Milliseconds without an event, in whole intervals. */
  quiet: number;
  timer: ReturnType<typeof setTimeout>;
}

/** Reports the first event of a kind, and counts those that follow in one report per interval. */
class Summary<Event> {
  readonly #interval: number;
  readonly #end: number;
  readonly #report: (report: Report<Event>) => void;
  readonly #recent = new Map<string, Recent<Event>>();

  /**
   * @param interval Milliseconds between two reports of one kind.
   * @param end Milliseconds without an event after which the next counts as the first.
   * @param report Writes a report.
   */
  constructor(interval: number, end: number, report: (report: Report<Event>) => void) {
    this.#interval = interval;
    this.#end = end;
    this.#report = report;
  }

  note(kind: string, latest: Event): void {
    const recent = this.#recent.get(kind);
    if (recent !== undefined) {
      recent.count++;
      recent.latest = latest;
      return;
    }
    this.#recent.set(kind, { count: 0, latest, quiet: 0, timer: this.#schedule(kind) });
    this.#report({ kind, count: 1, latest, isFirst: true });
  }

  flush(): void {
    for (const [kind, recent] of this.#recent) {
      clearTimeout(recent.timer);
      this.#sumUp(kind, recent);
    }
    this.#recent.clear();
  }

  #schedule(kind: string): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      const recent = this.#recent.get(kind);
      if (recent === undefined) return;
      recent.quiet = recent.count === 0 ? recent.quiet + this.#interval : 0;
      if (recent.quiet >= this.#end) return void this.#recent.delete(kind);
      this.#sumUp(kind, recent);
      recent.timer = this.#schedule(kind);
    }, this.#interval);
  }

  #sumUp(kind: string, recent: Recent<Event>): void {
    const { count, latest } = recent;
    recent.count = 0;
    if (count > 0) this.#report({ kind, count, latest, isFirst: false });
  }
}

function stackOf(error: unknown): string {
  const stacks: string[] = [];
  for (let link = error; link !== undefined && stacks.length < MAX_CAUSES;) {
    stacks.push(link instanceof Error ? link.stack ?? String(link) : String(link));
    link = link instanceof Error ? link.cause : undefined;
  }
  return stacks.join("\nCaused by: ");
}

/** Control and format characters: line ends, ANSI escapes, bidirectional overrides and the like. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Makes text safe for a terminal and for one line of a log: controls become `\u{…}`. */
export function escapeControls(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Writes JSON that is safe to print: controls become `\uXXXX`, which parses to the same value. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE, (character) => {
    const units = character.split("").map((unit) => unit.charCodeAt(0));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}
