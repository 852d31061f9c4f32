import { ServerStore, type WriteEntry } from "@satchel/satchel/stores/server";
import { storeContract } from "@satchel/satchel/stores/contract";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { testContract } from "./contract.ts";
import { MapBackend } from "./map_backend.ts";

const backend = new MapBackend();
testContract("ServerStore", {
  open: () => new ServerStore(backend),
  dump: () => backend.dump(),
});
testContract("ServerStore without a cache", {
  open: () => new ServerStore(backend, { cacheEntries: 0 }),
});

/** Backends with one fault each, and a test of the contract that notices it. */
const FAULTS: Record<string, { backend: MapBackend; noticedBy: string }> = {
  "checks no versions": {
    backend: new class extends MapBackend {
      override write(entries: readonly WriteEntry[]): Promise<boolean> {
        return super.write(entries.map((entry) => {
          return { ...entry, version: this.values.get(entry.key)?.version ?? null };
        }));
      }
    }(),
    noticedBy: "writes nothing over what is newer",
  },
  "writes one entry of several": {
    backend: new class extends MapBackend {
      override write(entries: readonly WriteEntry[]): Promise<boolean> {
        return super.write(entries.slice(0, 1));
      }
    }(),
    noticedBy: "gives a session a new id, and the old one opens nothing",
  },
  "deletes nothing": {
    backend: new class extends MapBackend {
      override write(entries: readonly WriteEntry[]): Promise<boolean> {
        return super.write(
          entries.map(({ value, ...entry }) => ({ ...entry, value: value ?? "" })),
        );
      }
    }(),
    noticedBy: "lists an owner's sessions and ends them",
  },
  "gives what was there before": {
    backend: new class extends MapBackend {
      override put(key: string, value: string): void {
        super.put(key, this.values.get(key)?.value ?? value);
      }
    }(),
    noticedBy: "keeps the id over writes",
  },
};

for (const [fault, { backend, noticedBy }] of Object.entries(FAULTS)) {
  Deno.test(`storeContract() notices a backend that ${fault}`, async () => {
    const tests = storeContract({ open: () => new ServerStore(backend) });
    const test = tests.find(({ name }) => name === noticedBy);
    await assertRejects(async () => await test?.run());
  });
}

Deno.test("storeContract() notices lists out of order, without an end, or of the dead", async () => {
  const noticed = async (owners: Partial<MapBackend["owners"]>): Promise<string[]> => {
    const backend = new MapBackend();
    Object.assign(backend.owners, owners);
    const failures: string[] = [];
    for (const { name, run } of storeContract({ open: () => new ServerStore(backend) })) {
      if (!/^(lists what|pages through|goes on|lists an owner's)/.test(name)) continue;
      await run().catch(() => failures.push(name.split(" ").slice(0, 2).join(" ")));
    }
    return failures;
  };
  const { owners } = new MapBackend();
  const { list } = owners;
  assertEquals(await noticed({}), []);
  const upwards = await noticed({
    list: async (owner, page) => (await list.call(owners, owner, page)).reverse(),
    add: (owner, entry, text) => owners.add(owner, entry, text),
  });
  assert(upwards.includes("lists what"), upwards.join());
  const nothing = await noticed({ add: () => Promise.resolve() });
  assertEquals(nothing, ["lists an", "lists what", "pages through", "goes on"]);
});

Deno.test("storeContract() leaves out what a store does not offer", () => {
  const open = () => new ServerStore(new MapBackend());
  const all = storeContract({ open, dump: () => "" });
  assertEquals(new Set(all.map(({ name }) => name)).size, all.length);
  const names = storeContract({ open, owners: false }).map(({ name }) => name);
  assert(names.length < all.length && !names.some((name) => /account|owner|clear/.test(name)));
});

Deno.test("storeContract() notices what can be read in the database", async () => {
  const open = () => new ServerStore(new MapBackend());
  for (const dump of ["", `${"x".repeat(60)} Margarethe`, btoa(`${"x".repeat(60)} hushhush`)]) {
    const tests = storeContract({ open, dump: () => dump });
    const test = tests.find(({ name }) => name === "holds neither ids nor values in the clear");
    await assertRejects(async () => await test?.run(), Error);
  }
});
