/**
 * Sessions in a database of one's own, here SQLite: three methods are all it takes. Ids, sealing,
 * conflicts, tombstones and time limits are the library's business.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import {
  ServerStore,
  type SessionBackend,
  type StoredValue,
  type WriteEntry,
} from "@satchel/satchel/stores/server";

/** Keeps sessions in a table of SQLite. */
export class SqliteBackend implements SessionBackend {
  readonly name = "sqlite";
  readonly limit = null;
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    database.exec(`CREATE TABLE IF NOT EXISTS session (
      key TEXT PRIMARY KEY, value TEXT NOT NULL, version INTEGER NOT NULL, expires_at REAL
    ) STRICT, WITHOUT ROWID`);
  }

  /** The value of a key, and a version that every write changes. */
  read(key: string): Promise<StoredValue | null> {
    const find = "SELECT value, version FROM session WHERE key = ? AND expires_at > ?";
    const row = this.#database.prepare(find).get(key, Date.now());
    return Promise.resolve(row ? { value: String(row.value), version: row.version } : null);
  }

  /** All entries or none: none if one of them has another version by now. */
  write(entries: readonly WriteEntry[]): Promise<boolean> {
    this.#database.exec("BEGIN IMMEDIATE");
    const isWritten = entries.every((entry) => this.#writeOne(entry));
    this.#database.exec(isWritten ? "COMMIT" : "ROLLBACK");
    return Promise.resolve(isWritten);
  }

  /** To be called now and then: throws out what has expired. */
  sweep(): void {
    this.#database.prepare("DELETE FROM session WHERE expires_at <= ?").run(Date.now());
  }

  ping(): Promise<void> {
    this.#database.prepare("SELECT 1").get();
    return Promise.resolve();
  }

  #writeOne({ key, version, value, lifetime }: WriteEntry): boolean {
    const database = this.#database;
    const expiresAt = lifetime === null ? Infinity : Date.now() + lifetime * 1000;
    const found = Number(version);
    if (value === null) {
      const remove = "DELETE FROM session WHERE key = ? AND version = ?";
      return database.prepare(remove).run(key, found).changes === 1;
    }
    if (version === null) {
      const insert = "INSERT INTO session VALUES (?, ?, 1, ?) ON CONFLICT DO NOTHING";
      return database.prepare(insert).run(key, value, expiresAt).changes === 1;
    }
    const update =
      "UPDATE session SET value = ?, version = version + 1, expires_at = ? WHERE key = ? AND version = ?";
    return database.prepare(update).run(value, expiresAt, key, found).changes === 1;
  }
}

/** The store, to be given to `new Sessions({ store })`. */
export function sqliteStore(database: DatabaseSync): ServerStore {
  return new ServerStore(new SqliteBackend(database));
}
