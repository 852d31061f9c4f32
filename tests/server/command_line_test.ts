import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseCommand } from "../../src/server/cli.ts";
import { VARIABLES } from "../../src/server/config.ts";
import { StartError } from "../../src/server/secrets.ts";

Deno.test("parseCommand() serves unless told otherwise", () => {
  assertEquals(parseCommand([]), { name: "serve" });
  assertEquals(parseCommand(["serve"]), { name: "serve" });
});

for (
  const [args, command] of [
    [["keygen"], { name: "keygen", rotate: false, json: false }],
    [["keygen", "--rotate", "--json"], { name: "keygen", rotate: true, json: true }],
    [["inspect", "AQxyz"], {
      name: "inspect",
      cookie: "AQxyz",
      cookieName: null,
      json: false,
    }],
    [["inspect", "--json", "-", "--name", "session"], {
      name: "inspect",
      cookie: "-",
      cookieName: "session",
      json: true,
    }],
    [["inspect", "12345678901234567890"], {
      name: "inspect",
      cookie: "12345678901234567890",
      cookieName: null,
      json: false,
    }],
    [["inspect", "--", "-AQ"], {
      name: "inspect",
      cookie: "-AQ",
      cookieName: null,
      json: false,
    }],
  ] as const
) {
  Deno.test(`parseCommand() reads ${args.join(" ")}`, () => {
    assertEquals(parseCommand(args), command);
  });
}

for (
  const [args, text] of [
    [["--help"], "TRUST_PROXY"],
    [["-h"], "deno task inspect"],
    [["serve", "--help"], "Environment"],
    [["keygen", "--help"], "--rotate"],
    [["inspect", "--help"], "standard input"],
    [["inspect", "AQ", "-h"], "--name"],
  ] as const
) {
  Deno.test(`parseCommand() helps with ${args.join(" ")}`, () => {
    const command = parseCommand(args);
    assertEquals(command.name, "help");
    assertStringIncludes(command.name === "help" ? command.text : "", text);
  });
}

Deno.test("parseCommand() helps with every variable and its default", () => {
  const command = parseCommand(["--help"]);
  const text = command.name === "help" ? command.text : "";
  for (const [name, [fallback, meaning]] of Object.entries(VARIABLES)) {
    assertStringIncludes(text, name);
    assertStringIncludes(text, fallback === "" ? meaning : `${meaning} (${fallback})`);
  }
});

for (
  const [args, message] of [
    [["frobnicate"], "there is no command frobnicate"],
    [["toString"], "there is no command toString"],
    [["--port", "80"], "serve has no option --port"],
    [["serve", "8000"], "serve takes no arguments, 1 found"],
    [["keygen", "--secret=x"], "keygen has no option --secret=x"],
    [["keygen", "more"], "keygen takes no arguments, 1 found"],
    [["inspect"], "inspect takes 1 argument, 0 found"],
    [["inspect", "a", "b"], "inspect takes 1 argument, 2 found"],
    [["inspect", "a", "--name"], "--name needs a cookie name"],
  ] as const
) {
  Deno.test(`parseCommand() refuses ${args.join(" ")}`, () => {
    const error = assertThrows(() => parseCommand(args), StartError, message);
    assertEquals(error.status, 2);
  });
}

Deno.test("parseCommand() takes a cookie's value that begins with a dash for no option", () => {
  const cookie = `-${"aZ_9".repeat(11)}`;
  for (const args of [["inspect", cookie, "--json"], ["inspect", "--json", cookie]]) {
    assertEquals(parseCommand(args), { name: "inspect", cookie, cookieName: null, json: true });
  }
});
