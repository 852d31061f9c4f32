import { addFlash, type FlashMessage, removeFlash } from "./flash.ts";
import { addForm, ownForm, type RememberedForm, removeForm } from "./forms.ts";
import { freezeJson, type JsonValue, ownText, toJsonValue } from "./json.ts";
import { type SessionRecord, valueOf } from "./record.ts";

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
    | "rememberForm"
    | "recallForm"
    | "csrf"
    | "owner"
    | "regenerate";
  /** To which value, flash level or form, where that makes sense. */
  readonly key?: string;
  /** Does it: the record as it is afterwards. */
  apply(record: SessionRecord): SessionRecord;
}

export function setChange(key: string, value: unknown): Change {
  const kept = toJsonValue(value, key);
  return { kind: "set", key, apply: (record) => withValue(record, key, kept) };
}

export function updateChange(
  key: string,
  update: (value: JsonValue | undefined) => unknown,
): Change {
  return {
    kind: "update",
    key,
    apply: (record) =>
      withValue(record, key, toJsonValue(update(freezeJson(valueOf(record, key))), key)),
  };
}

export function deleteChange(key: string): Change {
  return {
    kind: "delete",
    key,
    apply(record) {
      const { [key]: _, ...data } = record.data;
      return { ...record, data };
    },
  };
}

export function clearChange(): Change {
  return { kind: "clear", apply: (record) => ({ ...record, data: {} }) };
}

export function flashChange(given: FlashMessage, allowDuplicate: boolean): Change {
  const added = { level: ownText(given.level), message: ownText(given.message) };
  return {
    kind: "flash",
    key: added.level,
    apply: (record) => ({ ...record, flash: addFlash(record.flash, added, allowDuplicate) }),
  };
}

export function takeFlashChange(shown: readonly FlashMessage[]): Change {
  return {
    kind: "takeFlash",
    apply: (record) => ({ ...record, flash: removeFlash(record.flash, shown) }),
  };
}

export function rememberFormChange(given: string, form: RememberedForm): Change {
  const [key, kept] = [ownText(given), ownForm(form)];
  return {
    kind: "rememberForm",
    key,
    apply: (record) => ({ ...record, forms: addForm(record.forms, key, kept) }),
  };
}

export function recallFormChange(key: string, shown: RememberedForm): Change {
  return {
    kind: "recallForm",
    key,
    apply: (record) => ({ ...record, forms: removeForm(record.forms, key, shown) }),
  };
}

/** Keeps the secret that a parallel request may have drawn first, unless a new one is wanted. */
export function csrfChange(secret: string, replace: boolean): Change {
  return {
    kind: "csrf",
    apply: (record) => ({ ...record, csrf: replace ? secret : record.csrf ?? secret }),
  };
}

export function ownerChange(given: string | null): Change {
  const owner = given === null ? null : ownText(given);
  return { kind: "owner", apply: (record) => ({ ...record, owner }) };
}

/** The record stays; the store gives it a new id. */
export function regenerateChange(): Change {
  return { kind: "regenerate", apply: (record) => record };
}

function withValue(record: SessionRecord, key: string, value: JsonValue): SessionRecord {
  return { ...record, data: { ...record.data, [key]: value } };
}
