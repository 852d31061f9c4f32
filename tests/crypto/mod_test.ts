import { assertEquals } from "@std/assert";
import { generateSecret, Keyring, Sealer } from "../../src/seal/mod.ts";
import * as satchel from "../../src/mod.ts";

Deno.test("the package's part for sealing works by itself, and is the whole's", async () => {
  const sealer = new Sealer(new Keyring([generateSecret()]), "invitation");
  const unsealed = await sealer.unseal(await sealer.seal("Come in"));
  assertEquals(unsealed.text, "Come in");
  assertEquals(satchel.Sealer, Sealer);
});
