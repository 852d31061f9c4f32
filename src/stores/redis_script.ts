/** What a client of node-redis can do, as far as {@linkcode RedisScript} needs it. */
export interface ScriptClient {
  /** Runs a script that the server knows by the SHA-1 of its text. */
  evalSha(sha1: string, options: ScriptArguments): Promise<unknown>;
  /** Runs a script, from which the server gets to know it. */
  eval(script: string, options: ScriptArguments): Promise<unknown>;
}

/** The keys that a script touches, all in one slot of a cluster, and its other arguments. */
export interface ScriptArguments {
  /** What it reads and writes. */
  keys: string[];
  /** All else that it needs. */
  arguments: string[];
}

/** A Lua script that Redis runs in one atomic step. */
export class RedisScript {
  readonly #text: string;
  #sha1: string | null = null;

  /** @param text Its text. */
  constructor(text: string) {
    this.#text = text;
  }

  /** Runs it by its hash; sends its text only to a server that does not know it, or has forgotten. */
  async run(client: ScriptClient, keys: string[], values: string[]): Promise<unknown> {
    const options = { keys, arguments: values };
    try {
      return await client.evalSha(this.#sha1 ??= await sha1(this.#text), options);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return await client.eval(this.#text, options);
    }
  }
}

async function sha1(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text)))
    .toHex();
}
