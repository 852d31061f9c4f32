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

/** Notes that a request begins: returns its place in the order of all of them. */
export function begin(): number {
  return ++moment;
}

/** Marks a response whose headers were changed in place for one request's visitor. */
export function markAnswered(response: Response, request: Request): void {
  // Not assigned: to a frozen object that is an error, and a response must not fail for want of it.
  Reflect.set(response, ANSWERED, { request, at: ++moment } satisfies Answered);
}

/**
 * Refuses a response that carries what was meant for an earlier request's visitor. Headers of a
 * response with a body are changed in place, since most runtimes send such a response only once;
 * but some send it as often as they are given it, and HEAD uses up no body anywhere.
 *
 * What was marked after this request began may be its own: handlers call each other.
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
