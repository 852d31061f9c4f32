import { type JsonValue, type SessionRecord, toJsonValue } from "./record.ts";

/** The result of a Standard Schema validator (standardschema.dev, version 1). */
export type SchemaResult<Output = unknown> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly unknown[] };

/** Any validator that keeps to Standard Schema, such as those of Zod, Valibot or ArkType. */
export interface StandardSchema<Output = unknown> {
  /** The part that all of them have in common. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (
      value: unknown,
    ) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
  };
}

/** How stored data is validated. */
export interface SchemaOptions<Data = unknown> {
  /**
   * Validates stored data when it is loaded: an older version of the program may have written it.
   * Its output is the type of the session's data.
   */
  readonly schema?: StandardSchema<Data>;
  /**
   * Upgrades data that fails the schema; the result is validated again. If it still fails, or the
   * function throws, the session is dropped and the visitor gets a new one.
   */
  readonly migrate?: (data: Readonly<Record<string, JsonValue>>) => unknown;
}

/**
 * Validates a record's data and takes over the validator's result, such as defaults.
 *
 * @param record The record.
 * @param options The validator, and the migration if there is one.
 * @returns The record with the data that fits, or null if it does not.
 */
export async function fitToSchema(
  record: SessionRecord,
  { schema, migrate }: SchemaOptions & { readonly schema: StandardSchema },
): Promise<SessionRecord | null> {
  const data = structuredClone(record.data); // theirs to change
  let result = await schema["~standard"].validate(data);
  if (result.issues && migrate) {
    try {
      result = await schema["~standard"].validate(await migrate(data));
    } catch {
      return null; // data that no migration foresaw must not lock its visitor out
    }
  }
  if (result.issues) return null;
  const fitting = Object.entries(result.value ?? {}).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, toJsonValue(value, key)]]
  );
  return { ...record, data: Object.fromEntries(fitting) };
}
