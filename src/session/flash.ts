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

/** Queues a message, in place. */
export function addFlash(
  queue: FlashMessage[],
  added: FlashMessage,
  allowDuplicate: boolean,
): void {
  if (!allowDuplicate && queue.some((waiting) => isSame(waiting, added))) return;
  queue.push(added);
  if (queue.length > MAX_FLASH) queue.shift();
}

/** The messages of the given levels, in order; of every level when none is given. */
export function findFlash(
  queue: readonly FlashMessage[],
  levels: string | readonly string[] | undefined,
): FlashMessage[] {
  if (levels === undefined) return [...queue];
  return queue.filter(({ level }) =>
    typeof levels === "string" ? level === levels : levels.includes(level)
  );
}

/**
 * Takes messages out of the queue, in place. Only what was shown goes: a message that another
 * request queued in the meantime stays.
 */
export function removeFlash(queue: FlashMessage[], shown: readonly FlashMessage[]): void {
  for (const message of shown) {
    const index = queue.findIndex((waiting) => isSame(waiting, message));
    if (index !== -1) queue.splice(index, 1);
  }
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
