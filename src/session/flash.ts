import { type Frozen, type JsonValue, ownText, toJsonValue } from "./record.ts";
import type { SessionRequest } from "./state.ts";

/**
 * A message for the visitor's next page, such as "Your item was added."
 *
 * @typeParam Message Its type, where the application's messages are JSON.
 */
export interface FlashMessage<Message = string> {
  /** How it is meant: `info`, `success`, `warning`, `error`, or the application's own. */
  readonly level: string;
  /** The text, or the JSON. */
  readonly message: Frozen<Message>;
}

/** How a flash message is queued. */
export interface FlashOptions {
  /** How it is meant. Default: `info`. */
  readonly level?: string;
  /** Whether the same message may wait twice in the same level. Default: true. */
  readonly allowDuplicate?: boolean;
}

/** The most messages that wait; the oldest goes first. */
const MAX_FLASH = 32;

/** A message as a record keeps it. */
type QueuedMessage = FlashMessage<JsonValue>;

/**
 * Makes a message for the queue.
 *
 * @throws {TypeError} If the message is not text, nor JSON where that is wanted, or an option is
 * none of those of {@linkcode FlashOptions}.
 */
export function toQueued(message: unknown, options: FlashOptions, isJson = false): QueuedMessage {
  const { level = "info" } = Object(options);
  const isRight = (isJson || typeof message === "string") && typeof level === "string" &&
    options && typeof options === "object" &&
    Object.keys(options).every((name) => /^(level|allowDuplicate)$/.test(name));
  if (!isRight) {
    throw new TypeError(
      `Cannot queue a message of type ${typeof message} with options ${JSON.stringify(options)}: ` +
        'write flash("text", { level: "error" }), or let jsonMessages allow JSON',
    );
  }
  return { level: ownText(level), message: toJsonValue(message, "message") };
}

/** Returns the queue with one more message. */
export function addFlash(
  queue: readonly QueuedMessage[],
  added: QueuedMessage,
  allowDuplicate: boolean,
): readonly QueuedMessage[] {
  if (!allowDuplicate && queue.some((waiting) => isSame(waiting, added))) return queue;
  return [...queue, added].slice(-MAX_FLASH);
}

/**
 * Returns the queue without messages that were shown. A message that another request queued
 * meanwhile stays.
 */
export function removeFlash(
  queue: readonly QueuedMessage[],
  shown: readonly QueuedMessage[],
): readonly QueuedMessage[] {
  const left = [...queue];
  for (const message of shown) {
    const index = left.findIndex((waiting) => isSame(waiting, message));
    if (index !== -1) left.splice(index, 1);
  }
  return left;
}

/** Where a browser shows an answer; `empty` is a script's `fetch` (Fetch Metadata, section 2.1). */
const SEEN = /^(?:document|empty|i?frame|fencedframe|embed|object)?$/;
/** Headers of requests ahead of the visitor's wish: by browsers, Turbo, htmx and Next. */
const EARLY = [
  "sec-purpose",
  "purpose",
  "x-sec-purpose",
  "x-purpose",
  "x-moz",
  "hx-preloaded",
  "next-router-prefetch",
];

/**
 * Returns whether a visitor will see the page that answers a request. A HEAD, a prefetch, a
 * prerender or a subresource must not use up a message that nobody reads.
 */
export function isSeen({ method, headers }: SessionRequest): boolean {
  return method !== "HEAD" && SEEN.test(headers.get("sec-fetch-dest") ?? "") &&
    !EARLY.some((name) => /prefetch|prerender|preview|true|\d/i.test(headers.get(name) ?? ""));
}

function isSame(one: QueuedMessage, other: QueuedMessage): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
