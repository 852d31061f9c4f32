/**
 * Writes `token_vectors.json` from an implementation of the token format that shares nothing with
 * `src/seal`: Node's synchronous cryptography, with a real ECB mode.
 *
 *     deno run --allow-write=tests/seal tests/seal/make_token_vectors.ts
 */
import { Buffer } from "node:buffer";
import { createCipheriv, createHash, hkdfSync } from "node:crypto";

/** One token and everything it was made from; bytes are in hexadecimal unless said otherwise. */
export interface TokenVector {
  /** In base64url. */
  secret: string;
  purpose: string;
  nonce: string;
  text: string;
  keyId: string;
  /** In base64url. */
  token: string;
}

function hkdf(secret: Buffer, label: string, size: number): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", label, size));
}

function aesBlock(key: Buffer, block: Buffer): Buffer {
  const cipher = createCipheriv("aes-256-ecb", key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

function deriveKey(key: Buffer, prefix: Buffer): Buffer {
  const l = BigInt(`0x${aesBlock(key, Buffer.alloc(16)).toString("hex")}`);
  const k1 = BigInt.asUintN(128, l << 1n) ^ (l >> 127n === 1n ? 0x87n : 0n);
  return Buffer.concat([1, 2].map((counter) => {
    const message = Buffer.concat([Buffer.from([0, counter, 0x58, 0]), prefix]);
    const block = BigInt(`0x${message.toString("hex")}`) ^ k1;
    return aesBlock(key, Buffer.from(block.toString(16).padStart(32, "0"), "hex"));
  }));
}

function makeVector(name: string, purpose: string, text: string): TokenVector {
  const bytes = (label: string) => createHash("sha256").update(`${name} ${label}`).digest();
  const secret = bytes("secret");
  const nonce = bytes("nonce").subarray(0, 24);
  const keyId = hkdf(secret, "satchel v1 key id", 4);
  const key = deriveKey(hkdf(secret, "satchel v1 sealing key", 32), nonce.subarray(0, 12));
  const header = Buffer.concat([Buffer.from([1]), keyId]);
  const cipher = createCipheriv("aes-256-gcm", key, nonce.subarray(12));
  cipher.setAAD(Buffer.concat([header, Buffer.from(purpose)]));
  const ciphertext = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  const token = Buffer.concat([header, nonce, ciphertext, cipher.getAuthTag()]);
  return {
    secret: secret.toString("base64url"),
    purpose,
    nonce: nonce.toString("hex"),
    text,
    keyId: keyId.toString("hex"),
    token: token.toString("base64url"),
  };
}

if (import.meta.main) {
  const vectors = [
    makeVector("empty", "session:session", ""),
    makeVector("short", "session:session", "x"),
    makeVector("json", "session:__Host-session", '[{"counter":41},[],null,1700000000,0,null]'),
    makeVector("unicode", "session:session", "\u{feff}Grüße, 世界 \u{1f45c}\u0000"),
    makeVector("purpose", "ключ", "a purpose beyond ASCII"),
    makeVector("long", "", "0123456789".repeat(400)),
  ];
  const path = new URL("token_vectors.json", import.meta.url);
  Deno.writeTextFileSync(path, JSON.stringify(vectors, null, 2) + "\n");
}
