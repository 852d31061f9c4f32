/**
 * Why the program cannot start or cannot do what the command line asks for, in words for the
 * person who started it. `main.ts` prints the message, without a stack, and exits with the status.
 */
export class StartError extends Error {
  override readonly name: string = "StartError";

  /**
   * @param message What cannot be done and the way out; may span lines.
   * @param status The exit status: 1 for the state of the machine (busy port, unreadable file,
   * store down), 2 for what was asked for (environment, arguments).
   * @param options The cause, where another error is behind it.
   */
  constructor(message: string, readonly status: 1 | 2 = 1, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Whether an error has a name: the runtime's own, such as `NotFound`, are told apart by it. */
export function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
