/** The secret that seals: 32 times the letter n. */
export const NEW_SECRET: string = btoa("n".repeat(32));
/** The secret before it: 32 times the letter o. */
export const OLD_SECRET: string = btoa("o".repeat(32));
