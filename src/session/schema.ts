import { type JsonValue, toJsonValue } from "./json.ts";
import type { SessionRecord } from "./record.ts";

/** What a Standard Schema validator says (standardschema.dev, version 1). */
export type SchemaResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly unknown[] };

/** Any validator that keeps to Standard Schema, such as those of Zod, Valibot or ArkType. */
export interface StandardSchema {
  /** The part that all of them have in common. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
  };
}

/** What the application says about the form of its data. */
export interface SchemaOptions {
  /** Checks stored data when it is loaded: an older version of the program may have written it. */
  readonly schema?: StandardSchema;
  /**
   * Makes data of an older form fit; what it returns is checked again. Data that does not fit even
   * then, or that it throws at, is dropped, and the visitor gets a new session.
   */
  readonly migrate?: (data: Readonly<Record<string, JsonValue>>) => unknown;
}

/**
 * Checks a record's data and takes over what the validator makes of it, such as defaults.
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
  const fitting = Object.entries(result.value ?? {}).filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, toJsonValue(value, key)]);
  return { ...record, data: Object.fromEntries(fitting) };
}
