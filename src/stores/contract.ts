/** What a store of your own has to do: the types of its methods. */
export type { SessionRecord } from "../session/record.ts";
export type {
  LoadedSession,
  LoadResult,
  OwnedPage,
  SessionOwners,
  SessionWrite,
} from "../session/store.ts";
