import { CookieStore, type SessionStore } from "../../../src/mod.ts";

/**
 * Opens the store at a location: `redis://…`, the path of a KV file, or none: the cookie. Only what
 * is used is loaded: whoever measures cookies has nothing of Redis in memory.
 */
export async function openBenchStore(location: string, cold: boolean): Promise<SessionStore> {
  if (location.startsWith("redis:")) {
    const { RedisStore } = await import("../../../src/stores/redis_store.ts");
    return new RedisStore(await connectRedis(location));
  }
  if (location !== "") {
    const { KvStore } = await import("../../../src/stores/kv_store.ts");
    return new KvStore(await Deno.openKv(location));
  }
  return new CookieStore({
    secrets: ["kP3vX8qLw2RtZ6yBn0JmGc5HsDf9UaEo1iTj4QxVb7M"],
    ...(cold ? { cacheEntries: 0 } : {}),
  });
}

/** Connects to Redis as the server does. */
export async function connectRedis(url: string) {
  const { createClient } = await import("redis");
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandOptions: { timeout: undefined },
  });
  client.on("error", () => {});
  await client.connect();
  return client;
}
