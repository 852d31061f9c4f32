/**
 * Types of the standard library modules in use. The npm mirror that `deno.json` maps `@std/*` to
 * carries none; with JSR in that map, this file can go.
 */

declare module "@std/http/cookie" {
  export function getCookies(headers: Headers): Partial<Record<string, string>>;
}

declare module "@std/http/status" {
  export const STATUS_TEXT: Readonly<Record<number, string>>;
}

declare module "@std/http/negotiation" {
  export function accepts(request: Request): string[];
  export function accepts(request: Request, ...types: string[]): string | undefined;
}

declare module "@std/http/etag" {
  export function ifNoneMatch(value: string | null, etag: string | undefined): boolean;
}

declare module "@std/cli/parse-args" {
  export interface ParseOptions {
    boolean?: readonly string[];
    string?: readonly string[];
    default?: Readonly<Record<string, unknown>>;
    alias?: Readonly<Record<string, string | readonly string[]>>;
    unknown?: (arg: string, key?: string, value?: unknown) => unknown;
  }
  export function parseArgs(
    args: string[],
    options?: ParseOptions,
  ): Record<string, unknown> & { _: (string | number)[] };
}

declare module "@std/assert" {
  type Constructor<T> = abstract new (...args: never[]) => T;
  export function assert(expr: unknown, msg?: string): asserts expr;
  export function assertFalse(expr: unknown, msg?: string): void;
  export function assertEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): void;
  export function assertInstanceOf<T>(
    actual: unknown,
    type: Constructor<T>,
    msg?: string,
  ): asserts actual is T;
  export function assertMatch(actual: string, expected: RegExp, msg?: string): void;
  export function assertStringIncludes(actual: string, expected: string, msg?: string): void;
  export function assertObjectMatch(
    actual: Record<PropertyKey, unknown>,
    expected: Record<PropertyKey, unknown>,
    msg?: string,
  ): void;
  export function assertGreater<T>(actual: T, low: T, msg?: string): void;
  export function assertLess<T>(actual: T, high: T, msg?: string): void;
  export function assertLessOrEqual<T>(actual: T, high: T, msg?: string): void;
  export function assertThrows<E extends Error = Error>(
    fn: () => unknown,
    errorClass?: Constructor<E>,
    msgIncludes?: string,
  ): E;
  export function assertRejects<E extends Error = Error>(
    fn: () => PromiseLike<unknown>,
    errorClass?: Constructor<E>,
    msgIncludes?: string,
  ): Promise<E>;
}

declare module "@std/testing/mock" {
  export interface SpyCall {
    args: unknown[];
    returned?: unknown;
    error?: Error;
  }
  export interface Spy {
    (...args: unknown[]): unknown;
    calls: SpyCall[];
    restore(): void;
  }
  export function spy(func?: (...args: never[]) => unknown): Spy;
  export function spy<Self>(self: Self, method: keyof Self): Spy;
  export function assertSpyCalls(spy: Spy, expected: number): void;
}
