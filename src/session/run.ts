import type { SessionRequest } from "./state.ts";

/**
 * Continues with a value: synchronously if it is there, else when it is. What need not wait costs
 * no promise this way, and most requests never wait.
 *
 * @param value The value, or a promise of it.
 * @param next What to do with it.
 * @returns The result of `next`.
 */
export function after<Value, Result>(
  value: Value | PromiseLike<Value>,
  next: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> {
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value);
}

/**
 * Runs a view. A thrown `Response` counts as returned.
 *
 * @param view The view.
 * @param input What it gets.
 * @returns The response: without a promise if the view returned none.
 * @throws {TypeError} If the view gave no `Response`.
 */
export function runView<Input>(
  view: (input: Input) => Response | Promise<Response>,
  input: Input,
): Response | Promise<Response> {
  try {
    const response = view(input);
    return isPromise(response)
      ? Promise.resolve(response).then(checked, thrown)
      : checked(response);
  } catch (error) {
    return thrown(error);
  }
}

function thrown(error: unknown): Response {
  if (error instanceof Response) return error;
  throw error;
}

function checked(response: Response): Response {
  if (response) return response;
  throw new TypeError("Cannot answer the request: its view gave no Response");
}

function isPromise<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof (value as { then?: unknown } | null)?.then === "function";
}

/** Marks a response that carries headers meant for one visitor. */
const ANSWERED = Symbol("answered");

/** The request that a marked response answered. */
interface Mark {
  readonly request: SessionRequest;
  readonly at: number;
}

let moment = 0;

/** Returns the place of a request that begins in the order of all that is answered here. */
export function begin(): number {
  return ++moment;
}

/** Marks a response whose headers were changed in place for one request's visitor. */
export function markAnswered(response: Response, request: SessionRequest): void {
  // Not in a `WeakMap`, which costs more than the whole cookie does.
  Reflect.set(response, ANSWERED, { request, at: ++moment } satisfies Mark);
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
export function assertUnanswered(
  response: Response,
  request: SessionRequest,
  began: number,
): void {
  const mark: Mark | undefined = Reflect.get(response, ANSWERED);
  if (mark === undefined || mark.request === request || mark.at > began) return;
  throw new TypeError(
    "Cannot answer with an earlier response: make one in the view",
  );
}
