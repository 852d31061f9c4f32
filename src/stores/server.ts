/**
 * A store over a database of your own, and the lists of an account's sessions, which work with every
 * store on the server.
 *
 * @module
 */

export type { EntryPage, OwnerIndex, SessionBackend, StoredValue, WriteEntry } from "./backend.ts";
export {
  type ListedSession,
  type ListOptions,
  listSessions,
  type RevokeOptions,
  revokeSessions,
} from "./list_sessions.ts";
export { ServerStore, type ServerStoreOptions } from "./server_store.ts";
