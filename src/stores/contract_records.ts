import { decodeBase64url } from "../seal/bytes.ts";
import { SessionSizeError } from "../session/errors.ts";
import type { SessionRecord } from "../session/record.ts";
import { assert, assertRejects, assertSame } from "./contract_assert.ts";
import {
  counter,
  find,
  inParallel,
  keep,
  newAccount,
  pause,
  recordOf,
  rejection,
  renew,
  type StoreTests,
  writeOf,
} from "./contract_sample.ts";

/** What RFC 6265, section 4.1.1, lets a cookie's value be made of; and 128 random bits at least. */
const ID = /^[\w!#$%&'()*+\-./:<=>?@[\]^`{|}~]{22,}$/;

/** Proves that a store keeps records and their versions. */
export const recordTests: StoreTests = {
  async "gives back what was saved, to every process"({ store, other }) {
    const record: SessionRecord = {
      ...recordOf(7),
      data: { counter: 7, text: "añ😀\u0000", list: [null, { deep: [1.5, true] }] },
      flash: [{ level: "info", message: "Hello" }],
      csrf: "c".repeat(43),
      forms: [["sign-up", [["name", "Ada"], ["name", "No."], ["pin"]]]],
      limits: { idle: null, absolute: 5000, maxAge: 4000 },
    };
    const id = await keep(store, record);
    for (const any of [store, other]) assertSame((await find(any, id)).record, record, "Record");
  },

  async "hands out another id for each session, fit for a cookie"({ store }) {
    const ids = await inParallel(20, () => keep(store, recordOf(1)));
    for (const id of ids) assert(ID.test(id), `Not a cookie's value, or too short: ${id}`);
    assertSame(new Set(ids).size, 20, "Different ids");
  },

  async "keeps the id over writes"({ store, other }) {
    const id = await keep(store, recordOf(1));
    for (const [next, any] of [[2, store], [3, other]] as const) {
      const loaded = await find(any, id);
      assertSame(await any.save(writeOf(recordOf(next), { value: id, loaded })), id, "The id");
      assertSame(await counter(store, id), next, "The counter");
    }
  },

  async "writes nothing over what is newer"({ store, other }) {
    const id = await keep(store, recordOf(1));
    const [first, second] = [await find(store, id), await find(other, id)];
    assertSame(await store.save(writeOf(recordOf(2), { value: id, loaded: first })), id, "The id");
    const late = writeOf(recordOf(3), { value: id, loaded: second });
    assertSame(await other.save(late), null, "The id of a late write");
    assertSame(await other.save({ ...late, regenerate: true }), null, "The id of a late renewal");
    assertSame(await counter(store, id), 2, "The counter");
  },

  async "lets exactly one of many parallel writes through"({ store, other }) {
    const id = await keep(store, recordOf(0));
    const stores = [store, other];
    const loaded = await Promise.all(stores.map((any) => find(any, id)));
    const saved = await inParallel(30, async (index) => {
      const write = writeOf(recordOf(index), { value: id, loaded: loaded[index % 2] });
      return await stores[index % 2]?.save(write);
    });
    const winners = saved.flatMap((value, index) => value === id ? [index] : []);
    assertSame(winners.length, 1, "Writes that went through");
    assertSame(await counter(store, id), winners[0], "The counter");
  },

  async "does not bring back what was destroyed"({ store, other }) {
    const id = await keep(store, recordOf(1));
    const loaded = await find(store, id);
    await other.destroy(id, "session");
    for (const regenerate of [false, true]) {
      assertSame(await rejection(store, id), "unknown id", "Why it is not given");
      const write = writeOf(recordOf(2), { value: id, loaded, regenerate });
      assertSame(await store.save(write), null, "The id of a late write");
    }
    assertSame(await rejection(store, id), "unknown id", "Why it is not given");
  },

  async "gives a session a new id, and the old one opens nothing"({ store, other }) {
    const id = await keep(store, recordOf(1));
    const late = await find(store, id);
    const write = { value: id, loaded: await find(store, id), regenerate: true };
    const renewed = String(await store.save(writeOf(recordOf(2), write)));
    assert(ID.test(renewed), `Not a cookie's value, or too short: ${renewed}`);
    // The first few characters may say where the session is.
    for (let at = 4; at + 8 <= id.length; at += 8) {
      assert(!renewed.includes(id.slice(at, at + 8)), "The new id has parts of the old one");
    }
    assertSame(await counter(other, renewed), 2, "The counter");
    for (const any of [store, other]) {
      assertSame(await rejection(any, id), "retired", "Why the old id opens nothing");
    }
    const straggler = writeOf(recordOf(3), { value: id, loaded: late });
    assertSame(await store.save(straggler), null, "The id of a late write");
    assertSame(await rejection(store, id), "retired", "Why the old id opens nothing");
  },

  async "lets a logout follow the session to its new id"({ store, other }) {
    const first = await keep(store, recordOf(1));
    const second = String(await renew(store, first));
    await other.destroy(first, "session");
    assertSame(await rejection(store, second), "unknown id", "Why it is not given");
  },

  async "ends a session while others write it all the time"({ store, other }) {
    const id = await keep(store, recordOf(0));
    const writers = inParallel(4, async (index) => {
      const any = index < 2 ? store : other;
      for (let count = 0; count < 500; count++) {
        const loaded = await any.load(id, "session");
        if (loaded.record === null) return;
        await any.save(writeOf(recordOf(count), { value: id, loaded }));
      }
    });
    await pause(10);
    await store.destroy(id, "session");
    assertSame(await rejection(other, id), "unknown id", "Why it is not given");
    await writers;
    assertSame(await rejection(store, id), "unknown id", "Why it is not given");
  },

  async "knows no id that it did not hand out"({ store }) {
    const id = await keep(store, recordOf(1));
    const guess = id.slice(0, -1) + (id.endsWith("A") ? "B" : "A");
    const malformed = ["", "x", `${id}A`, `${id}\n`, ` ${id}`, "../".repeat(16), "é".repeat(48)];
    for (const value of [guess, ...malformed, "A".repeat(100_000)]) {
      assert(await rejection(store, value) !== null, `A session was given for ${value}`);
      await store.destroy(value, "session");
    }
    assertSame(await rejection(store, guess), "unknown id", "Why it is not given");
    assertSame(await counter(store, id), 1, "The counter");
  },

  async "takes no id that it is handed for a new session"({ store }) {
    const id = await keep(store, recordOf(1));
    for (const value of [id, id.slice(0, 4) + "A".repeat(id.length - 4)]) {
      const written = String(await store.save(writeOf(recordOf(9), { value })));
      assert(written !== value, "The id of somebody's choice was taken");
      assertSame(await counter(store, written), 9, "The counter");
    }
    assertSame(await counter(store, id), 1, "The counter");
  },

  async "takes a session exactly as large as its limit, and no larger one"({ store, other }) {
    const { limit } = store;
    if (limit === null) return;
    const empty = { ...recordOf(1), data: { big: "" } };
    const big = "x".repeat(limit - store.measure(empty, 0));
    const record = { ...empty, data: { big } };
    const id = await keep(store, record);
    assertSame((await find(other, id)).record, record, "Record");
    const larger = { ...empty, data: { big: `${big}x` } };
    const write = writeOf(larger, { value: id, loaded: await find(store, id) });
    const { report } = await assertRejects(() => store.save(write), SessionSizeError);
    const expected = { bytes: limit + 1, limit, largest: ["big"] };
    const largest = report.largest.map(({ key }) => key);
    assertSame({ ...report, largest }, expected, "The report");
    assertSame(report.bytes, store.measure(larger, 0), "Its size");
    assertSame((await find(store, id)).record, record, "Record");
  },

  "answers a ping": async ({ store }) => await store.ping(),
};

/** Proves that a store seals what it keeps; `dump` gives all that its database holds. */
export function sealTests(dump: () => string | Promise<string>): StoreTests {
  return {
    async "holds neither ids nor values in the clear"({ store }) {
      const owner = newAccount();
      const record = { ...recordOf(1, owner), data: { confidential: "hushhush" } };
      const id = await keep(store, record, { label: "Netscape" });
      const renewed = String(await renew(store, id));
      const text = await dump();
      assert(text.length > 50, "The dump is empty");
      const readable = text + decoded(text);
      const ids = [id, renewed].flatMap((id) => {
        return Array.from({ length: id.length - 11 }, (_, at) => id.slice(at + 4, at + 12));
      });
      for (
        const secret of ["confidential", "hushhush", "Margarethe", "Netscape", "counter", ...ids]
      ) {
        assert(!readable.includes(secret), `It can be read: ${secret}`);
      }
    },

    async "writes nothing of a session that is too large"({ store }) {
      if (store.limit === null) return;
      const large = { ...recordOf(1, newAccount()), data: { big: "x".repeat(store.limit) } };
      const before = await dump();
      await assertRejects(() => keep(store, large), SessionSizeError);
      assertSame(await dump(), before, "All that the database holds");
    },
  };
}

/** Decodes whatever in a text is base64url: an encoding hides nothing. */
function decoded(text: string): string {
  return (text.match(/[\w-]{8,}/g) ?? []).map((run) => {
    const bytes = decodeBase64url(run.slice(0, run.length - run.length % 4));
    return bytes === null ? "" : new TextDecoder("latin1").decode(bytes);
  }).join("\n");
}
