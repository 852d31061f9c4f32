import { ServerStore } from "@satchel/satchel/stores/server";
import { assertEquals, assertNotEquals } from "@std/assert";
import { MapBackend } from "./map_backend.ts";
import { find, keep, ownedBy, recordOf, rejection } from "./sample.ts";

// What the first version of the formats wrote: it has to be read for as long as sessions live.
const OLD_ID = "_EZr3B0vHRRmZB7KXcAo0yZStnJUJCtk-R8aKUAEQBS0xv_W";
const ID = "_EZrVH6OfqpGP0SDtyeA3I939aWi9OEvFoM2YNyyASbYUVsp";
const OLD_KEY = "_EZrwdcNThVCaAXqwkr-DkVY2kuG7oql4N39R47tPx5CtvE";
const KEY = "_EZrTaqlZPSrdj8DAeqrXvOQUZ5-AW_coH0gluEA9LVHPoU";
const TOMBSTONE =
  "AtYY3XBraGSW-_phsEnMnBP7DdqogQgpZFtoNApp7-N2_BtkjQP1A31Zce9-DwwtrzxQsCqMhfWAPyeZus9l8w1oPkcDK9wdobym2K4hUN13Yf2TROKqywha8KB3AIWfXQ3fwCnj77q6osU4pksXjeNZ8sd70Vpsu8KbNCYi9SqTdXKKZcxayjGLB81r-2BKec6pxEnU-i7xB5TfHc21f4-Ry6F361V8glKpCQ";
const RECORD =
  "Abc4r3XjbvzBWCIdwGpI_UADGdOCqA84AghiZZdtMNoxwHrK_QzFwkPhbIZHZ6zG9-sWl_E8-XOdFYpri9Abj8WX9-3q6SaC3GhUwl8";
const ACCOUNT = "SZFeDX1LQC4wF9AQvBwOg8rGx5fWwW5mNA_jJoaTpqE";
const ENTRY = `0000001795000000${KEY}`;
const ENTRY_TEXT = "AQH2AMUEUS7dofvOcgdrncukt2mdO4kXIWnE8LO3UuEarjerIncowWBaakKRATBgK2EhAA";

function backendOfOld(): MapBackend {
  const backend = new MapBackend();
  backend.put(OLD_KEY, TOMBSTONE);
  backend.put(KEY, RECORD);
  backend.owners.add(ACCOUNT, ENTRY, ENTRY_TEXT);
  return backend;
}

Deno.test("ServerStore.load() opens what the first version wrote", async () => {
  const store = new ServerStore(backendOfOld());
  assertEquals((await find(store, ID)).record, {
    data: { text: "añ😀" },
    flash: [],
    csrf: null,
    createdAt: 1795000000,
    renewedAt: 1795000060,
    owner: "ann",
    forms: [],
    limits: null,
  });
  const retired = { record: null, reason: "retired", csrf: "c".repeat(43) } as const;
  assertEquals(await store.load(OLD_ID, "session"), retired);
});

Deno.test("ServerStore.owners lists what the first version wrote", async () => {
  const store = new ServerStore(backendOfOld());
  assertEquals(await store.owners?.handleOf(ID, "session"), ENTRY);
  assertEquals(await ownedBy(store, "ann"), [{
    handle: ENTRY,
    createdAt: new Date(1795000000_000),
    renewedAt: new Date(1795000060_000),
    label: "Netscape",
  }]);
});

Deno.test("ServerStore.destroy() follows a tombstone that the first version wrote", async () => {
  const store = new ServerStore(backendOfOld());
  assertEquals(await store.destroy(OLD_ID, "session"), false);
  assertEquals(await rejection(store, ID), "unknown id");
  assertEquals(await ownedBy(store, "ann"), []);
});

Deno.test("ServerStore.load() refuses every flipped byte, and what is no seal at all", async () => {
  const backend = backendOfOld();
  const store = new ServerStore(backend);
  const sealed = Uint8Array.fromBase64(RECORD, { alphabet: "base64url" });
  const forgeries = Array.from(sealed, (byte, at) => {
    return sealed.with(at, byte ^ 1).toBase64({ alphabet: "base64url", omitPadding: true });
  });
  for (const bad of [...forgeries, TOMBSTONE, "", "A", "AQ", "?", "AQ".repeat(10_000)]) {
    backend.put(KEY, bad);
    assertEquals(await rejection(store, ID), "forged", bad);
  }
  backend.put(KEY, RECORD);
  assertEquals(await rejection(store, ID), null);
});

Deno.test("ServerStore.save() seals a record differently each time, in as many bytes as it measures", async () => {
  const backend = new MapBackend();
  const store = new ServerStore(backend);
  for (const text of ["", "añ😀\ufeff", "y".repeat(100_000)]) {
    const record = { ...recordOf(1), data: { text } };
    const ids = [await keep(store, record), await keep(store, record)];
    const [one, two] = [...backend.values.values()].slice(-2).map(({ value }) => value);
    assertNotEquals(one?.slice(0, 20), two?.slice(0, 20));
    const sealed = Uint8Array.fromBase64(String(one), { alphabet: "base64url" });
    assertEquals(sealed.length, store.measure(record));
    const restarted = new ServerStore(backend);
    for (const id of ids) assertEquals((await find(restarted, id)).record, record);
  }
});
