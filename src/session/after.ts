/**
 * Goes on with a value: at once if it is there, else when it is. What need not wait costs no promise
 * this way, and most requests never wait.
 *
 * @param value The value, or a promise of it.
 * @param next What to do with it; an error it throws is the caller's, or the promise's.
 * @returns What comes of it.
 */
export function after<Value, Result>(
  value: Value | PromiseLike<Value>,
  next: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> {
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value);
}

function isPromise<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof (value as { then?: unknown } | null)?.then === "function";
}
