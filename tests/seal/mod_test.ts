import { assertEquals } from "@std/assert";
import { Keyring, Sealer } from "../../src/seal/mod.ts";
import { generateSecret } from "../../src/session/mod.ts";

Deno.test("the package's part for sealing works by itself", async () => {
  const sealer = new Sealer(new Keyring([generateSecret()]), "invitation");
  const unsealed = await sealer.unseal(await sealer.seal("Come in"));
  assertEquals(unsealed.text, "Come in");
});
