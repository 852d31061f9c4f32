import { assertEquals } from "@std/assert";
import { parseSecrets } from "../../src/server/secrets.ts";
import { SECRET_A, SECRET_B } from "./fake_environment.ts";

for (const separator of [" ", ",", ", ", "\n", "\r\n", "  ,\t"]) {
  Deno.test(`parseSecrets() splits at ${JSON.stringify(separator)}`, () => {
    assertEquals(parseSecrets(`${separator}${SECRET_A}${separator}${SECRET_B}${separator}`), {
      secrets: [SECRET_A, SECRET_B],
      faults: [],
    });
  });
}

Deno.test("parseSecrets() reports every secret that is no good, by its place", () => {
  assertEquals(parseSecrets(`AAAA ${SECRET_A} *`).faults, [
    "secret 1: it has 3 bytes, at least 32 are needed",
    "secret 3: it is neither base64url nor base64",
  ]);
});

Deno.test("parseSecrets() reports a secret given twice", () => {
  assertEquals(parseSecrets(`${SECRET_A} ${SECRET_B} ${SECRET_A}`).faults, [
    "secret 3: it is the same as secret 1",
  ]);
});

Deno.test("parseSecrets() reports that there is none", () => {
  assertEquals(parseSecrets("\n").faults, ["it holds no secret"]);
});
