import { StartError } from "./start_error.ts";

/** Where a server is to listen. */
export interface Address {
  readonly hostname: string;
  readonly port: number;
}

/**
 * Starts a server and, where it cannot listen, says why and what to do about it.
 *
 * @param address Where it is to listen.
 * @param serve Starts it there; the runtime's errors are told apart by their name.
 * @returns What `serve` returns.
 * @throws {StartError} If the port is busy, reserved, or the address is not of this machine.
 */
export function listening<Server>(address: Address, serve: (address: Address) => Server): Server {
  const { hostname, port } = address;
  try {
    return serve(address);
  } catch (cause) {
    const [reason, wayOut] = explain(cause, port);
    const message = `Cannot listen on ${hostname} port ${port}: ${reason}\n  ${wayOut}`;
    throw new StartError(message, 1, { cause });
  }
}

function explain(cause: unknown, port: number): [reason: string, wayOut: string] {
  const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
  switch (name) {
    case "AddrInUse": {
      const other = port < 65_535 ? `PORT=${port + 1}, or ` : "";
      return [
        "another program uses this port",
        `Choose another with ${other}PORT=0 for any free one, or stop that program`,
      ];
    }
    case "PermissionDenied":
      return [message, "Choose a port above 1023, for example PORT=8000"];
    default:
      return [
        message,
        "HOST must be an address of this machine: 127.0.0.1 for itself alone, 0.0.0.0 for all",
      ];
  }
}
