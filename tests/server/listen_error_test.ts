import { assertEquals, assertStringIncludes } from "@std/assert";
import { listenError } from "../../src/server/listen_error.ts";
import { configOf, namedError } from "./fake_environment.ts";

Deno.test("listenError() shows the way out of a busy port", () => {
  const error = listenError(namedError("AddrInUse"), configOf());
  assertEquals(
    error.message,
    "Cannot listen on 127.0.0.1 port 8000: another program uses this port\n" +
      "  Choose another with PORT=8001, or PORT=0 for any free one, or stop that program",
  );
  assertEquals(error.status, 1);
});

Deno.test("listenError() names no port that does not exist", () => {
  const error = listenError(namedError("AddrInUse"), configOf({ PORT: "65535" }));
  assertStringIncludes(error.message, "Choose another with PORT=0 for any free one");
});

Deno.test("listenError() tells of ports that need privileges", () => {
  const cause = namedError("PermissionDenied", "Permission denied");
  const error = listenError(cause, configOf({ PORT: "80" }));
  assertStringIncludes(error.message, "port 80: Permission denied\n  Choose a port above 1023");
  assertEquals(error.cause, cause);
});

Deno.test("listenError() tells of addresses of other machines", () => {
  const error = listenError(namedError("AddrNotAvailable", "no"), configOf({ HOST: "8.8.8.8" }));
  assertStringIncludes(error.message, "Cannot listen on 8.8.8.8 port 8000: no\n  HOST must be");
});

Deno.test("listenError() takes whatever was thrown", () => {
  assertStringIncludes(listenError("odd", configOf()).message, "port 8000: odd");
});
