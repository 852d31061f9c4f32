import { generateSecret } from "../crypto/keyring.ts";
import type { Config } from "./config.ts";
import { parseSecrets } from "./parse_secrets.ts";
import { isNamed, StartError } from "./start_error.ts";

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

/** How long a file that another process has just created may stay empty. */
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
  config: Config,
  files: PrivateFiles,
  { create = true }: { create?: boolean } = {},
): Promise<Secrets> {
  if (config.secrets.length > 0) {
    return { values: config.secrets, source: "environment", exposed: false };
  }
  const path = config.secretFile;
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

/** Whether others than its owner may read or change a file. */
export async function isExposed(path: string, files: PrivateFiles): Promise<boolean> {
  const mode = await files.mode(path);
  return mode !== null && (mode & 0o077) !== 0;
}

/** Of several processes that start at once, exactly one creates the file; all then read it. */
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
  return new StartError(`Cannot ${verb} the secret file ${path}: ${reason}\n  ${wayOut}`, 1, {
    cause,
  });
}
