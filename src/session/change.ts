import { addFlash, type FlashMessage, removeFlash } from "./flash.ts";
import { freezeJson, type JsonValue, toJsonValue } from "./json.ts";
import type { SessionRecord } from "./record.ts";

/**
 * One thing that a request did to its session: a small function over the record. A request's
 * changes are kept in a list; when the write meets a newer record, the list is applied to that one,
 * so nobody's change is overwritten.
 */
export interface Change {
  /** What was done. */
  readonly kind:
    | "set"
    | "update"
    | "delete"
    | "clear"
    | "flash"
    | "takeFlash"
    | "csrf"
    | "owner"
    | "regenerate";
  /** To which value or flash level, where that makes sense. */
  readonly key?: string;
  /** Does it, in place. */
  apply(record: SessionRecord): void;
}

export function setChange(key: string, value: unknown): Change {
  const kept = toJsonValue(value, key);
  return { kind: "set", key, apply: ({ data }) => void data.set(key, kept) };
}

export function updateChange(
  key: string,
  update: (value: JsonValue | undefined) => unknown,
): Change {
  return {
    kind: "update",
    key,
    apply: ({ data }) => void data.set(key, toJsonValue(update(freezeJson(data.get(key))), key)),
  };
}

export function deleteChange(key: string): Change {
  return { kind: "delete", key, apply: ({ data }) => void data.delete(key) };
}

export function clearChange(): Change {
  return { kind: "clear", apply: ({ data }) => data.clear() };
}

export function flashChange(added: FlashMessage, allowDuplicate: boolean): Change {
  return {
    kind: "flash",
    key: added.level,
    apply: ({ flash }) => addFlash(flash, added, allowDuplicate),
  };
}

export function takeFlashChange(shown: readonly FlashMessage[]): Change {
  return { kind: "takeFlash", apply: ({ flash }) => removeFlash(flash, shown) };
}

/** Keeps the secret that a parallel request may have drawn first, unless a new one is wanted. */
export function csrfChange(secret: string, replace: boolean): Change {
  return {
    kind: "csrf",
    apply(record) {
      if (replace) record.csrf = secret;
      else record.csrf ??= secret;
    },
  };
}

export function ownerChange(owner: string | null): Change {
  return {
    kind: "owner",
    apply(record) {
      record.owner = owner;
    },
  };
}

/** The record stays; the store gives it a new id. */
export function regenerateChange(): Change {
  return { kind: "regenerate", apply() {} };
}
