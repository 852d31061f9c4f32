import { Keyring } from "../crypto/keyring.ts";

/** The secrets of a text and what is wrong with them. */
export interface ParsedSecrets {
  /** Newest first. */
  readonly secrets: readonly string[];
  /** A sentence a fault; it names a secret by its place, never by its text. */
  readonly faults: readonly string[];
}

/**
 * Reads secrets separated by spaces, line ends or commas: `SESSION_SECRETS` and the secret file
 * are written alike, so that both can be rotated.
 */
export function parseSecrets(text: string): ParsedSecrets {
  const secrets = text.split(/[\s,]+/).filter((secret) => secret !== "");
  if (secrets.length === 0) return { secrets, faults: ["it holds no secret"] };
  const faults = secrets.flatMap((secret, index) => {
    const fault = faultOf([secret])?.replace(/^secret 1:/, `secret ${index + 1}:`);
    return fault ?? [];
  });
  return { secrets, faults: faults.length > 0 ? faults : [faultOf(secrets) ?? []].flat() };
}

/** The keyring is the judge: `secret 1: it has 5 bytes, at least 32 are needed`. */
function faultOf(secrets: readonly string[]): string | null {
  try {
    new Keyring(secrets);
    return null;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return error.message.replace(/^Cannot use /, "");
  }
}
