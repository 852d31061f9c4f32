/** What the published contract makes its sessions with. */
export * from "../../src/stores/contract_sample.ts";
