/** Marks a response that carries headers meant for one visitor. */
const ANSWERED = Symbol("answered");

interface Answered {
  readonly request: Request;
  readonly at: number;
}

interface Markable {
  [ANSWERED]?: Answered;
}

let moment = 0;

/** Gives a request that begins its place in the order of all requests. */
export function begin(): number {
  return ++moment;
}

/** Marks a response whose headers were changed in place for one request's visitor. */
export function markAnswered(response: Response, request: Request): void {
  // Not by assignment, which throws where the response is frozen: the mark is only a safety net.
  Reflect.set(response, ANSWERED, { request, at: ++moment } satisfies Answered);
}

/**
 * Refuses a response that carries headers meant for an earlier request's visitor. The headers of a
 * response with a body are changed in place, because runtimes send such a response only once. But
 * `@hono/node-server` sends it any number of times, Bun where the body is empty, and an answer to
 * HEAD uses up no body on some runtimes.
 *
 * A mark that is younger than the request may be its own: handlers call each other.
 *
 * @throws {TypeError} If the response answered an earlier request.
 */
export function assertUnanswered(response: Response, request: Request, began: number): void {
  const answered = (response as Response & Markable)[ANSWERED];
  if (answered === undefined || answered.request === request || answered.at > began) return;
  throw new TypeError(
    "Cannot answer with the response of an earlier request: it has a body, so make one in the view",
  );
}
