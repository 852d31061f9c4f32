/**
 * Sealed texts: what the cookies of Satchel are made of, for links, form fields and whatever else
 * a visitor carries and must neither read nor change.
 *
 * @example A link that opens one door
 * ```ts
 * import { generateSecret } from "@satchel/satchel";
 * import { Keyring, Sealer } from "@satchel/satchel/seal";
 * import { assertEquals } from "@std/assert";
 *
 * const keyring = new Keyring([generateSecret()]);
 * const invitations = new Sealer(keyring, "invitation");
 * const link = `https://shop.example/join/${await invitations.seal("ada@shop.example")}`;
 *
 * const token = new URL(link).pathname.slice("/join/".length);
 * assertEquals((await invitations.unseal(token)).text, "ada@shop.example");
 * assertEquals((await new Sealer(keyring, "password reset").unseal(token)).text, null);
 * ```
 *
 * @module
 */

export { Keyring } from "./keyring.ts";
export { Sealer, type Unsealed, type UnsealFailure } from "./seal.ts";
