import { generateSecret, Keyring } from "../seal/keyring.ts";

/**
 * The reason why the program cannot start or do what the command line asks for, in words for the
 * person who started it: `main.ts` prints the message and exits with the status.
 */
export class StartError extends Error {
  override readonly name: string = "StartError";

  /**
   * @param message What cannot be done, and the way out; may span lines.
   * @param status The exit status: 1 for the state of the machine, 2 for wrong input.
   * @param options The cause, where another error is behind it.
   */
  constructor(message: string, readonly status: 1 | 2 = 1, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Files that their owner alone may read; errors are told apart by their name. */
export interface PrivateFiles {
  /** Reads a text file; rejects with `NotFound` when there is none. */
  read(path: string): Promise<string>;
  /** Creates a file that its owner alone may read; rejects with `AlreadyExists`. */
  create(path: string, text: string): Promise<void>;
  /** The permission bits of a file; null where the system has none. */
  mode(path: string): Promise<number | null>;
}

/** The secrets in use and where they come from. */
export interface Secrets {
  /** Newest first, at least one. */
  readonly values: readonly string[];
  readonly source: "environment" | "file" | "created file";
  /** Whether others than its owner may read the file. */
  readonly exposed: boolean;
}

/** The attempts, and the milliseconds between them, to read a file that was just created empty. */
const PATIENCE = { attempts: 10, pause: 50 };

/**
 * Finds the secrets: those of the environment, else those of the secret file, else a fresh one,
 * which is kept in that file, so that sessions outlive a restart without any set-up.
 *
 * @param config Names the secrets or the file.
 * @param files The file system.
 * @param options `create: false` refuses to make a secret where there is none.
 * @throws {StartError} If the file cannot be read or made, or holds no proper secret.
 */
export async function loadSecrets(
  { secrets: given, secretFile: path }: {
    readonly secrets: readonly string[];
    readonly secretFile: string;
  },
  files: PrivateFiles,
  { create = true }: { create?: boolean } = {},
): Promise<Secrets> {
  if (given.length > 0) return { values: given, source: "environment", exposed: false };
  const found = await readFile(path, files);
  const created = found === null && create && await createFile(path, files);
  const text = found ?? (create ? await readFile(path, files) : null);
  if (text === null) {
    throw new StartError(`Cannot find a secret: SESSION_SECRETS is unset and ${path} is missing`);
  }
  const { secrets, faults } = parseSecrets(text);
  if (faults.length > 0) {
    const wayOut = "Restore it, or delete it to have a fresh one made (which ends all sessions)";
    throw new StartError(`Cannot use the secret file ${path}: ${faults.join("; ")}\n  ${wayOut}`);
  }
  const exposed = await isExposed(path, files).catch((cause) => {
    throw fileError("read", path, cause);
  });
  return { values: secrets, source: created ? "created file" : "file", exposed };
}

/**
 * Reads secrets separated by spaces, line ends or commas, as both `SESSION_SECRETS` and the secret
 * file hold them.
 *
 * @returns The secrets, newest first, and their faults: a sentence each, which names a secret by its
 * place, never by its text.
 */
export function parseSecrets(text: string): { secrets: string[]; faults: string[] } {
  const secrets = text.split(/[\s,]+/).filter((secret) => secret !== "");
  if (secrets.length === 0) return { secrets, faults: ["it holds no secret"] };
  const faults = secrets.flatMap((secret, index) => {
    return faultOf([secret])?.replace(/^secret 1:/, `secret ${index + 1}:`) ?? [];
  });
  return { secrets, faults: faults.length > 0 ? faults : [faultOf(secrets) ?? []].flat() };
}

/** Asks the keyring: `secret 1: it has 5 bytes, at least 32 are needed`. */
function faultOf(secrets: readonly string[]): string | null {
  try {
    new Keyring(secrets);
    return null;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return error.message.replace(/^Cannot use /, "");
  }
}

/** Whether others than its owner may read or change a file. */
export async function isExposed(path: string, files: PrivateFiles): Promise<boolean> {
  const mode = await files.mode(path);
  return mode !== null && (mode & 0o077) !== 0;
}

/** Whether an error has a name: the runtime's own, such as `NotFound`, are told apart by it. */
export function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** Creates the file, unless another process that starts at the same time did. */
async function createFile(path: string, files: PrivateFiles): Promise<boolean> {
  try {
    await files.create(path, `${generateSecret()}\n`);
    return true;
  } catch (cause) {
    if (isNamed(cause, "AlreadyExists")) return false;
    throw fileError("create", path, cause);
  }
}

/** Reads the file, null when there is none; an empty one may be in the making, for a moment. */
async function readFile(path: string, files: PrivateFiles): Promise<string | null> {
  try {
    for (let attempt = 1;; attempt++) {
      const text = await files.read(path);
      if (text.trim() !== "" || attempt === PATIENCE.attempts) return text;
      await new Promise((resolve) => setTimeout(resolve, PATIENCE.pause));
    }
  } catch (cause) {
    if (isNamed(cause, "NotFound")) return null;
    throw fileError("read", path, cause);
  }
}

function fileError(verb: string, path: string, cause: unknown): StartError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const wayOut = "Name another with SESSION_SECRET_FILE, or set SESSION_SECRETS";
  const message = `Cannot ${verb} the secret file ${path}: ${reason}\n  ${wayOut}`;
  return new StartError(message, 1, { cause });
}
