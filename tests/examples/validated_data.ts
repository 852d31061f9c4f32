/** Stored data that is checked by a validator, here Valibot's, and brought up to date. */
import { type SessionOptions, Sessions } from "@satchel/satchel";
import * as v from "valibot";

const Item = v.object({ name: v.string(), count: v.pipe(v.number(), v.integer()) });
const Data = v.object({ cart: v.optional(v.array(Item), []) });

/** The session data of a shop. */
export type Data = v.InferOutput<typeof Data>;

/**
 * Makes the sessions of a shop whose first version kept a single item: `{ item: "Rope" }`. Data
 * that fits neither version is dropped, and `onReject` gets "invalid data".
 */
export function shopSessions(options: SessionOptions): Sessions<Data> {
  return new Sessions({
    ...options,
    schema: Data,
    migrate: ({ item }) => ({ cart: [{ name: item, count: 1 }] }),
  });
}
