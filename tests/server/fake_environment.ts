import { type Config, readConfig } from "../../src/server/config.ts";
import type { PrivateFiles } from "../../src/server/secrets.ts";

/** Two proper secrets. */
export const SECRET_A = "fR9xVnq3T0wJc7uYbE1sLkZ8aHgPd2MiQo5rXtC6NvA=";
export const SECRET_B = "0Kp2yWm8BzqLx4JdVtE7cRgNf1uAhS9oQi3rPb6XeTY=";

/** The configuration that an environment gives. */
export function configOf(environment: Record<string, string> = {}): Config {
  return readConfig((name) => environment[name]);
}

/** An error as the runtime throws them: told apart by its name. */
export function namedError(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}

/** A file system with no files but the given ones, all of one mode. */
export class FakeFiles implements PrivateFiles {
  readonly texts: Map<string, string>;
  readonly #mode: number | null;

  constructor(texts: Record<string, string> = {}, mode: number | null = 0o100600) {
    this.texts = new Map(Object.entries(texts));
    this.#mode = mode;
  }

  read(path: string): Promise<string> {
    const text = this.texts.get(path);
    return text === undefined ? Promise.reject(namedError("NotFound")) : Promise.resolve(text);
  }

  create(path: string, text: string): Promise<void> {
    if (this.texts.has(path)) return Promise.reject(namedError("AlreadyExists"));
    this.texts.set(path, text);
    return Promise.resolve();
  }

  mode(_path: string): Promise<number | null> {
    return Promise.resolve(this.#mode);
  }
}
