import {
  assert,
  assertEquals,
  assertMatch,
  assertObjectMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { ConfigError, readConfig } from "../../src/server/config.ts";
import { VARIABLES } from "../../src/server/config.ts";
import { configOf, namedError, SECRET_A, SECRET_B } from "./fake_environment.ts";

Deno.test("readConfig() has a default for everything", () => {
  assertEquals(configOf(), {
    host: "127.0.0.1",
    port: 8000,
    secrets: [],
    secretFile: ".session-secret",
    store: "cookie",
    kvPath: ".satchel.sqlite",
    redis: {
      members: [{ host: "127.0.0.1", port: 6379 }],
      tls: false,
      username: undefined,
      password: undefined,
      database: 0,
    },
    idleTimeout: 1200,
    absoluteTimeout: 604_800,
    trustProxy: false,
    log: "text",
    serverTiming: false,
  });
});

Deno.test("readConfig() reads every variable", () => {
  const config = configOf({
    HOST: "0.0.0.0",
    PORT: "0",
    SESSION_SECRETS: `${SECRET_A} ${SECRET_B}`,
    SESSION_SECRET_FILE: "secret.txt",
    SESSION_STORE: "cookie",
    KV_PATH: "sessions.sqlite",
    REDIS_URL: "rediss://:word@example.org:6380",
    SESSION_IDLE_TIMEOUT: "1",
    SESSION_ABSOLUTE_TIMEOUT: "34560000",
    TRUST_PROXY: "1",
    LOG: "on",
    LOG_FORMAT: "json",
    SERVER_TIMING: "1",
  });
  assertEquals(config, {
    host: "0.0.0.0",
    port: 0,
    secrets: [SECRET_A, SECRET_B],
    secretFile: "secret.txt",
    store: "cookie",
    kvPath: "sessions.sqlite",
    redis: {
      members: [{ host: "example.org", port: 6380 }],
      tls: true,
      username: undefined,
      password: "word",
      database: 0,
    },
    idleTimeout: 1,
    absoluteTimeout: 34_560_000,
    trustProxy: true,
    log: "json",
    serverTiming: true,
  });
});

Deno.test.each<[idle: string, absolute: string, limits: [idle: number, absolute: number]]>([
  ["", "60", [60, 60]],
  ["3600", "60", [60, 60]],
  ["2592000", "", [2_592_000, 2_592_000]],
  ["2592000", "604800", [604_800, 604_800]],
  ["60", "3600", [60, 3600]],
])("readConfig() makes timeouts of %j and %j agree: %j", (idle, absolute, limits) => {
  const config = configOf({ SESSION_IDLE_TIMEOUT: idle, SESSION_ABSOLUTE_TIMEOUT: absolute });
  assertEquals([config.idleTimeout, config.absoluteTimeout], limits);
});

Deno.test("readConfig() freezes what it returns", () => {
  assert(Object.isFrozen(configOf()));
});

Deno.test("readConfig() takes a blank variable as unset", () => {
  const blank = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, "  "]));
  delete blank.SESSION_SECRETS;
  assertEquals(configOf(blank), configOf());
});

Deno.test("readConfig() logs nothing with LOG=off, whatever the format", () => {
  assertEquals(configOf({ LOG: "off", LOG_FORMAT: "json" }).log, "off");
});

Deno.test("readConfig() reads exactly the variables that --help lists", () => {
  const asked = new Set<string>();
  readConfig((name) => {
    asked.add(name);
    return undefined;
  });
  assertEquals([...asked].sort(), Object.keys(VARIABLES).sort());
});

for (
  const [name, value, fault] of [
    ["HOST", "http://localhost", 'a host name or an IP address expected, "http://localhost" found'],
    ["HOST", "::g", 'a host name or an IP address expected, "::g" found'],
    ["PORT", "abc", 'a whole number from 0 to 65535 expected, "abc" found'],
    ["PORT", "65536", 'a whole number from 0 to 65535 expected, "65536" found'],
    ["PORT", "-1", 'a whole number from 0 to 65535 expected, "-1" found'],
    ["PORT", "80.5", 'a whole number from 0 to 65535 expected, "80.5" found'],
    ["PORT", "0x50", 'a whole number from 0 to 65535 expected, "0x50" found'],
    ["SESSION_SECRETS", "", "it holds no secret"],
    ["SESSION_SECRETS", " , ", "it holds no secret"],
    ["SESSION_SECRETS", "c2hvcnQ", "secret 1: it has 5 bytes, at least 32 are needed"],
    ["SESSION_SECRETS", `${SECRET_A},*`, "secret 2: it is neither base64url nor base64"],
    ["SESSION_SECRETS", `${SECRET_A} ${SECRET_A}`, "secret 2: it is the same as secret 1"],
    ["SESSION_STORE", "memory", 'cookie or kv or redis expected, "memory" found'],
    ["REDIS_URL", "http://localhost", "redis://host:port or rediss://host:port expected"],
    ["REDIS_URL", "localhost", "redis://host:port or rediss://host:port expected"],
    ["REDIS_URL", "redis://:p%zz@h", "user and password are percent-encoded"],
    ["REDIS_URL", "redis://h/notadb", "a whole number expected as the database"],
    ["REDIS_URL", "redis://h/-1", "a whole number expected as the database"],
    [
      "REDIS_URL",
      "redis:///x",
      "redis://host:port or rediss://host:port expected: the host is missing",
    ],
    [
      "REDIS_URL",
      "redis://",
      "redis://host:port or rediss://host:port expected: the host is missing",
    ],
    ["REDIS_URL", "redis://h:0", "a port from 1 to 65535 expected"],
    ["REDIS_URL", "redis://h:65536", "a port from 1 to 65535 expected"],
    ["REDIS_URL", "redis://h:port", "a port from 1 to 65535 expected"],
    [
      "REDIS_URL",
      "redis://h?tls=1",
      "redis://host:port or rediss://host:port expected without ? or #",
    ],
    ["REDIS_URL", "redis://h#x", "redis://host:port or rediss://host:port expected without ? or #"],
    [
      "REDIS_URL",
      "redis://h_ost!",
      "redis://host:port or rediss://host:port expected, where the host",
    ],
    [
      "REDIS_URL",
      "redis://[::g]:1",
      "redis://host:port or rediss://host:port expected, where the host",
    ],
    ["REDIS_URL", "redis://ann@h", "a password expected with the user"],
    [
      "REDIS_URL",
      "redis://a,rediss://b",
      "address 2: rediss:// for all of a Cluster or redis:// for all",
    ],
    ["REDIS_URL", "redis://:x@a redis://:y@b", "address 2: the same user and password expected"],
    ["REDIS_URL", "redis://:x@a redis://b", "address 2: the same user and password expected"],
    ["REDIS_URL", "redis://a/0,redis://b/1", "address 2: the same database expected"],
    ["REDIS_URL", "redis://a/1,redis://b/1", "a Cluster has database 0 alone"],
    [
      "REDIS_URL",
      "redis://a,nonsense",
      "address 2: redis://host:port or rediss://host:port expected",
    ],
    ["SESSION_IDLE_TIMEOUT", "0", 'a whole number from 1 to 34560000 expected, "0" found'],
    [
      "SESSION_ABSOLUTE_TIMEOUT",
      "34560001",
      'a whole number from 1 to 34560000 expected, "34560001" found',
    ],
    ["TRUST_PROXY", "yes", '1 or 0 expected, "yes" found'],
    ["LOG", "verbose", 'on or off expected, "verbose" found'],
    ["LOG_FORMAT", "xml", 'text or json expected, "xml" found'],
    ["SERVER_TIMING", "2", '1 or 0 expected, "2" found'],
  ] as const
) {
  Deno.test(`readConfig() refuses ${name}="${value}"`, () => {
    const error = assertThrows(() => configOf({ [name]: value }), ConfigError);
    assertEquals(error.faults.map((line) => line.slice(0, `${name}: ${fault}`.length)), [
      `${name}: ${fault}`,
    ]);
    assertEquals(error.status, 2);
  });
}

for (
  const [url, place] of [
    ["redis://h", { members: [{ host: "h", port: 6379 }] }],
    ["REDIS://h:1/3", { members: [{ host: "h", port: 1 }], database: 3 }],
    ["rediss://[::1]:6380", { members: [{ host: "::1", port: 6380 }], tls: true }],
    ["redis://ann:p%40s%2Fs%25@h", { username: "ann", password: "p@s/s%" }],
    ["redis://:a:b@h", { username: undefined, password: "a:b" }],
    [
      "rediss://:x@a, rediss://:x@b:2",
      { members: [{ host: "a", port: 6379 }, { host: "b", port: 2 }], tls: true, password: "x" },
    ],
  ] as const
) {
  Deno.test(`readConfig() reads REDIS_URL=${url}`, () => {
    assertObjectMatch({ ...configOf({ REDIS_URL: url }).redis }, place);
  });
}

Deno.test("readConfig() refuses a variable that is not UTF-8", () => {
  const get = (name: string): undefined => {
    if (name === "HOST") throw namedError("InvalidData");
  };
  const error = assertThrows(() => readConfig(get), ConfigError);
  assertEquals(error.faults, ["HOST: text in UTF-8 expected, other bytes found"]);
});

for (const host of ["localhost", "example.org", "10.0.0.1", "::1", "::", "2001:db8::1"]) {
  Deno.test(`readConfig() accepts HOST=${host}`, () => {
    assertEquals(configOf({ HOST: host }).host, host);
  });
}

Deno.test("readConfig() lists every fault in one message", () => {
  const error = assertThrows(
    () => configOf({ SESSION_SECRETS: "short", PORT: "abc", TRUST_PROXY: "x", LOG: "y" }),
    ConfigError,
  );
  const lines = error.message.split("\n");
  assertEquals(lines[0], "Cannot use the environment: 4 faults");
  assertEquals(lines.length, 5);
  for (const name of ["SESSION_SECRETS", "PORT", "TRUST_PROXY", "LOG"]) {
    assertStringIncludes(error.message, `\n  ${name}: `);
  }
});

Deno.test("readConfig() shows no secret in its faults", () => {
  const error = assertThrows(() =>
    configOf({
      SESSION_SECRETS: "hush-hush,quiet!",
      REDIS_URL: "http://user:pa55w0rd@example.org",
    }), ConfigError);
  for (const secret of ["hush", "quiet", "pa55w0rd"]) {
    assert(!error.message.includes(secret), secret);
  }
  assertMatch(error.message, /SESSION_SECRETS: secret 1: .*; secret 2: .*32 random bytes/);
});

for (const url of ["redis://:p4ss%zz@h", "redis://h/p4ss", "redis://:a/p4ss@h", "redis://p4ss@h"]) {
  Deno.test(`readConfig() shows nothing of REDIS_URL=${url}`, () => {
    const error = assertThrows(() => configOf({ REDIS_URL: url }), ConfigError);
    assert(!error.message.includes("p4ss"), error.message);
  });
}

Deno.test("readConfig() shows a long or hostile value on one short line", () => {
  const error = assertThrows(
    () => configOf({ LOG: `\x1b[2J\n${"x".repeat(10_000)}` }),
    ConfigError,
  );
  assertEquals(error.faults.length, 1);
  assertStringIncludes(error.message, "\\u{1b}[2J\\u{a}xxx");
  assert(error.message.length < 200);
});
