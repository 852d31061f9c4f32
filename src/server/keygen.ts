import { generateSecret } from "../crypto/keyring.ts";
import type { KeygenCommand } from "./command_line.ts";
import { printableJson } from "./escape_controls.ts";

/**
 * Makes a secret.
 *
 * @param command What to print.
 * @param inUse Finds the secrets in use, newest first; asked only to rotate.
 * @returns The text to print.
 */
export async function keygen(
  { rotate, json }: KeygenCommand,
  inUse: () => Promise<readonly string[]>,
): Promise<string> {
  const secret = generateSecret();
  const secrets = rotate ? [secret, ...await inUse()] : [secret];
  if (json) return printableJson(rotate ? { SESSION_SECRETS: secrets.join(",") } : { secret });
  return rotate ? `SESSION_SECRETS=${secrets.join(",")}` : secret;
}
