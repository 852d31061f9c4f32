/** Responses that carry headers meant for one visitor, with the request that they answered. */
const answered = new WeakMap<Response, { readonly request: Request; readonly at: number }>();

let moment = 0;

/** Returns the place of a request that begins in the order of all that is answered here. */
export function begin(): number {
  return ++moment;
}

/** Marks a response whose headers were changed in place for one request's visitor. */
export function markAnswered(response: Response, request: Request): void {
  answered.set(response, { request, at: ++moment });
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
  const mark = answered.get(response);
  if (mark === undefined || mark.request === request || mark.at > began) return;
  throw new TypeError(
    "Cannot answer with an earlier response: make one in the view",
  );
}
