import { storeContract, type StoreContractOptions } from "@satchel/satchel/stores/contract";

/** Registers the contract of stores for one of them. */
export function testContract(
  name: string,
  options: StoreContractOptions,
  { ignore = false }: { ignore?: boolean } = {},
): void {
  for (const test of storeContract(options)) {
    Deno.test(`${name} ${test.name}`, { ignore }, test.run);
  }
}
