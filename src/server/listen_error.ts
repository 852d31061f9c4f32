import type { Config } from "./config.ts";
import { StartError } from "./start_error.ts";

/**
 * Says why the server cannot listen and what to do about it.
 *
 * @param cause What the attempt threw; the runtime's errors are told apart by their name.
 * @param config Names the host and the port.
 */
export function listenError(cause: unknown, { host, port }: Config): StartError {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const [reason, wayOut] = explain(error, port);
  return new StartError(`Cannot listen on ${host} port ${port}: ${reason}\n  ${wayOut}`, 1, {
    cause,
  });
}

function explain(error: Error, port: number): [reason: string, wayOut: string] {
  switch (error.name) {
    case "AddrInUse": {
      const other = port < 65_535 ? `PORT=${port + 1}, or ` : "";
      return [
        "another program uses this port",
        `Choose another with ${other}PORT=0 for any free one, or stop that program`,
      ];
    }
    case "PermissionDenied":
      return [error.message, "Choose a port above 1023, for example PORT=8000"];
    default:
      return [
        error.message,
        "HOST must be an address of this machine: 127.0.0.1 for itself alone, 0.0.0.0 for all",
      ];
  }
}
