import { createRequire } from "node:module";
import process from "node:process";

/** Loads a package of those that the bench installs into `.peers`. */
export const require = createRequire(import.meta.resolve("../.peers/package.json"));

export const hostname = "127.0.0.1";
export const port = Number(process.argv[2]);

/** 32 characters, as every peer here wants at least. */
export const secret = "a-secret-of-exactly-32-characters".slice(0, 32);

export const html = "text/html; charset=utf-8";
