import { MemoryBackend } from "./memory_backend.ts";
import { ServerStore, type ServerStoreOptions } from "./server_store.ts";

/**
 * Keeps sessions in the memory of this process: for an application's tests, and for servers that
 * may forget everybody when they restart. It does all that the other server stores do.
 *
 * @example
 * ```ts
 * import { Sessions } from "@satchel/satchel";
 * import { MemoryStore } from "@satchel/satchel/stores/memory";
 * import { assert } from "@std/assert";
 *
 * const sessions = new Sessions<{ counter: number }>({ store: new MemoryStore() });
 * const response = await sessions.handle(new Request("http://localhost/"), (session) => {
 *   session.set("counter", 1);
 *   return new Response("Hello");
 * });
 * const [cookie = ""] = response.headers.getSetCookie();
 * assert(cookie.length < 128, "it carries an id, not the session");
 * ```
 */
export class MemoryStore extends ServerStore {
  /**
   * Makes an empty store.
   *
   * @param options Bounds for time and size, and a clock.
   * @throws {RangeError} If `cacheEntries` is not a whole number from 0.
   */
  constructor(options: ServerStoreOptions = {}) {
    super(new MemoryBackend(options.now ?? Date.now), options);
  }
}
