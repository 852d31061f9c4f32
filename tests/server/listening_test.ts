import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { listening } from "../../src/server/serve.ts";
import { StartError } from "../../src/server/secrets.ts";
import { namedError } from "./fake_environment.ts";

const HOST = "127.0.0.1";

/** What becomes of an error that the attempt to listen throws. */
function errorOf(thrown: unknown, hostname: string, port: number): StartError {
  return assertThrows(() =>
    listening({ hostname, port }, () => {
      throw thrown;
    }), StartError);
}

Deno.test("listening() returns the server where all is well", () => {
  const address = { hostname: HOST, port: 0 };
  assertEquals(listening(address, (given) => ["a server", given]), ["a server", address]);
});

Deno.test("listening() shows the way out of a busy port", () => {
  const error = errorOf(namedError("AddrInUse"), HOST, 8000);
  assertEquals(
    error.message,
    "Cannot listen on 127.0.0.1 port 8000: another program uses this port\n" +
      "  Choose another with PORT=8001, or PORT=0 for any free one, or stop that program",
  );
  assertEquals(error.status, 1);
});

Deno.test("listening() names no port that does not exist", () => {
  const error = errorOf(namedError("AddrInUse"), HOST, 65_535);
  assertStringIncludes(error.message, "Choose another with PORT=0 for any free one");
});

Deno.test("listening() tells of ports that need privileges", () => {
  const cause = namedError("PermissionDenied", "Permission denied");
  const error = errorOf(cause, HOST, 80);
  assertStringIncludes(error.message, "port 80: Permission denied\n  Choose a port above 1023");
  assertEquals(error.cause, cause);
});

Deno.test("listening() tells of addresses of other machines", () => {
  const error = errorOf(namedError("AddrNotAvailable", "no"), "8.8.8.8", 8000);
  assertStringIncludes(error.message, "Cannot listen on 8.8.8.8 port 8000: no\n  HOST must be");
});

Deno.test("listening() takes whatever was thrown", () => {
  assertStringIncludes(errorOf("odd", HOST, 8000).message, "port 8000: odd");
});
