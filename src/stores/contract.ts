/**
 * The contract of stores: the types of what a store has to do, and the tests that prove that it
 * does it. They need no test runner of their own, no dependency and no certain runtime.
 *
 * @module
 */

import type { SessionStore } from "../session/store.ts";
import { lostTests } from "./contract_lost.ts";
import { nameTests, ownerNameTests } from "./contract_names.ts";
import { ownerChangeTests } from "./contract_owner_changes.ts";
import { ownerPageTests } from "./contract_owner_pages.ts";
import { ownerTests } from "./contract_owners.ts";
import { recordTests, sealTests } from "./contract_records.ts";
import { retiredTests } from "./contract_retired.ts";
import { sessionTests } from "./contract_sessions.ts";

export type { SessionRecord } from "../session/record.ts";
export type {
  LoadedSession,
  LoadResult,
  OwnedPage,
  RejectedValue,
  SessionOwners,
  SessionWrite,
} from "../session/store.ts";

/** The store that {@linkcode storeContract} is to prove. */
export interface StoreContractOptions {
  /**
   * Opens the store. Called twice for each test, for two processes over one database: best give a
   * new store over the same database each time.
   */
  readonly open: () => SessionStore | Promise<SessionStore>;
  /** Whether the store keeps lists of accounts' sessions. Default: true. */
  readonly owners?: boolean;
  /**
   * Returns all that the database holds, keys and values, as text. Default: nobody proves that
   * neither ids nor values can be read there.
   */
  readonly dump?: () => string | Promise<string>;
}

/** A test of the contract, for any test runner. */
export interface StoreTest {
  /** What the store has to do, as in "keeps the id over writes". */
  readonly name: string;
  /** Runs the test. Rejects with an `Error` that says what is wrong when the store fails it. */
  readonly run: () => Promise<void>;
}

/**
 * Lists the tests that a store on the server has to pass: what it keeps, what parallel requests
 * and stragglers may do to it, which ids it takes, and the lists of accounts' sessions. The cookie
 * store, which keeps no versions, does not.
 *
 * The database need not be empty, and keeps the sessions of the tests until they expire. A run
 * takes seconds.
 *
 * @param options The store.
 * @returns Tests that can run in any order.
 *
 * @example
 * ```ts
 * import { storeContract } from "@satchel/satchel/stores/contract";
 * import { MemoryStore } from "@satchel/satchel/stores/memory";
 *
 * const store = new MemoryStore(); // what it keeps is its own, so both processes share it
 * for (const { name, run } of storeContract({ open: () => store })) {
 *   // Deno.test(name, run), or test(name, run) of node:test and Vitest
 *   if (name.includes("parallel")) await run();
 * }
 * ```
 */
export function storeContract(
  { open, owners = true, dump }: StoreContractOptions,
): StoreTest[] {
  const tests = {
    ...recordTests,
    ...(dump === undefined ? {} : sealTests(dump)),
    ...nameTests,
    ...sessionTests,
    ...lostTests,
    ...retiredTests,
    ...(owners ? { ...ownerNameTests, ...ownerTests, ...ownerPageTests, ...ownerChangeTests } : {}),
  };
  return Object.entries(tests).map(([name, test]) => ({
    name,
    run: async () => await test({ store: await open(), other: await open() }),
  }));
}
