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
