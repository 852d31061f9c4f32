/** What is used of jose, whose types are not at hand. */
interface Jose {
  CompactEncrypt: new (plaintext: Uint8Array) => {
    setProtectedHeader(header: { alg: "dir"; enc: "A256GCM" }): {
      encrypt(key: CryptoKey): Promise<string>;
    };
  };
  compactDecrypt(token: string, key: CryptoKey): Promise<{ plaintext: Uint8Array }>;
}

/** jose's way from a text to a token and back. */
export interface JosePair {
  encrypt(text: string): Promise<string>;
  decrypt(token: string): Promise<string>;
}

/** Loads jose from the installed peers; null where they are not installed. */
export async function loadJose(): Promise<JosePair | null> {
  const path = new URL(".peers/node_modules/jose/dist/webapi/index.js", import.meta.url).href;
  let jose: Jose;
  try {
    jose = await import(path);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
  // Imported once: with bare bytes jose would import the key anew in each call.
  const key = await crypto.subtle.importKey("raw", new Uint8Array(32).fill(7), "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  return {
    encrypt: (text) =>
      new jose.CompactEncrypt(encoder.encode(text))
        .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
        .encrypt(key),
    decrypt: async (token) => decoder.decode((await jose.compactDecrypt(token, key)).plaintext),
  };
}
