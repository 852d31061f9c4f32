/** A message for the visitor's next page, such as "Your item was added." */
export interface FlashMessage {
  /** How it is meant: `info`, `success`, `warning`, `error`, or the application's own. */
  readonly level: string;
  /** The text. */
  readonly message: string;
}

/** How a flash message is queued. */
export interface FlashOptions {
  /** How it is meant. Default: `info`. */
  readonly level?: string;
  /** Whether the same message may wait twice in the same level. Default: true. */
  readonly allowDuplicate?: boolean;
}

/** At most so many messages wait; the oldest goes first. */
export const MAX_FLASH = 32;

/** The queue with one more message. */
export function addFlash(
  queue: readonly FlashMessage[],
  added: FlashMessage,
  allowDuplicate: boolean,
): readonly FlashMessage[] {
  if (!allowDuplicate && queue.some((waiting) => isSame(waiting, added))) return queue;
  return [...queue, added].slice(-MAX_FLASH);
}

/**
 * The messages of the given levels, in order; of every level when none is given. They are copies:
 * requests share the queue, and the application may do with its messages what it likes.
 */
export function findFlash(
  queue: readonly FlashMessage[],
  levels: string | readonly string[] | undefined,
): FlashMessage[] {
  const found = levels === undefined
    ? queue
    : queue.filter(({ level }) =>
      typeof levels === "string" ? level === levels : levels.includes(level)
    );
  return found.map((message) => ({ ...message }));
}

/**
 * The queue without some messages. Only what was shown goes: a message that another request queued
 * in the meantime stays.
 */
export function removeFlash(
  queue: readonly FlashMessage[],
  shown: readonly FlashMessage[],
): readonly FlashMessage[] {
  const left = [...queue];
  for (const message of shown) {
    const index = left.findIndex((waiting) => isSame(waiting, message));
    if (index !== -1) left.splice(index, 1);
  }
  return left;
}

/**
 * Whether a visitor will see the page that answers a request. A HEAD, a prefetch, a prerender or a
 * subresource must not use up a message that nobody reads.
 */
export function isSeen(request: Request): boolean {
  if (request.method === "HEAD") return false;
  const { headers } = request;
  const destination = headers.get("sec-fetch-dest");
  if (destination !== null && destination !== "document" && destination !== "empty") return false;
  return !/prefetch|prerender|preview/i.test(
    `${headers.get("sec-purpose") ?? ""} ${headers.get("purpose") ?? ""}`,
  );
}

function isSame(one: FlashMessage, other: FlashMessage): boolean {
  return one.level === other.level && one.message === other.message;
}
