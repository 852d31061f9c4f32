import { assert, assertEquals } from "@std/assert";
import { type Session, SessionLostError } from "@satchel/satchel";
import { csrfToken } from "@satchel/satchel/web";
import { Visitor } from "../support/browser.ts";
import { sessionsIn, type Values, VersionedStore } from "../support/sessions.ts";
import { fc, property } from "./property.ts";

/** What a session holds, as plainly as it can be said: the yardstick for the real thing. */
interface Model {
  data: Record<string, number>;
  flash: string[];
  hasToken: boolean;
}

/** One thing a request does: to a real session and to the model. */
interface Operation {
  readonly name: string;
  /** Does it; tells which messages it took, where that is what it does. */
  real(session: Session<Values>): string[] | boolean | void;
  /** Does the same to the model, given what it told. */
  model(model: Model, told: string[] | boolean | void): void;
}

const keys = fc.constantFrom("a", "b", "c");
const small = fc.integer({ min: -3, max: 3 });

/** The most messages that wait. */
const MAX_FLASH = 32;

const flash = (text: string, allowDuplicate: boolean): Operation => ({
  name: `flash ${text}${allowDuplicate ? "" : " once"}`,
  real: (session) => void session.flash(text, { allowDuplicate }),
  model({ flash }) {
    if (!allowDuplicate && flash.includes(text)) return;
    flash.push(text);
    if (flash.length > MAX_FLASH) flash.shift();
  },
});

const take: Operation = {
  name: "take",
  real: (session) => session.takeFlash().map(({ message }) => message),
  model({ flash }, told) {
    for (const text of Array.isArray(told) ? told : []) {
      if (flash.includes(text)) flash.splice(flash.indexOf(text), 1);
    }
  },
};

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.tuple(keys, small).map(([key, value]): Operation => ({
    name: `set ${key} ${value}`,
    real: (session) => void session.set(key, value),
    model: ({ data }) => void (data[key] = value),
  })),
  fc.tuple(keys, small, small).map(([key, factor, term]): Operation => ({
    name: `update ${key} to ${factor} n + ${term}`,
    real: (session) => void session.update(key, (n) => Number(n ?? 0) * factor + term),
    model: ({ data }) => void (data[key] = (data[key] ?? 0) * factor + term),
  })),
  keys.map((key): Operation => ({
    name: `delete ${key}`,
    real: (session) => session.delete(key),
    model({ data }, told) {
      if (told !== false) delete data[key];
    },
  })),
  fc.constant<Operation>({
    name: "clear",
    real(session) {
      const had = session.size > 0;
      session.clear();
      return had;
    },
    model(model, told) {
      if (told !== false) model.data = {};
    },
  }),
  fc.tuple(fc.constantFrom("x", "y"), fc.boolean()).map((made) => flash(...made)),
  fc.constant(take),
  fc.constant<Operation>({
    name: "token",
    real: (session) => void csrfToken(session),
    model: (model) => void (model.hasToken = true),
  }),
);

const program = fc.array(operation, { maxLength: 6 });

/** Runs a program in a request, and notes what each operation told. */
function run(session: Session<Values>, operations: readonly Operation[]) {
  return operations.map((operation) => ({ operation, told: operation.real(session) }));
}

function modelOf(store: VersionedStore, id: string): Model {
  const { data, flash, csrf } = store.record(id) ?? { data: {}, flash: [], csrf: null };
  return {
    data: { ...data } as Record<string, number>,
    flash: flash.map(({ message }) => `${message}`),
    hasToken: csrf !== null,
  };
}

property(
  "two requests at once, merged, equal the one's operations and then the other's",
  {
    before: program,
    first: program,
    second: program,
    // One request queues a message while the other shows what waits, which chance does not always hit.
    meets: fc.boolean(),
  },
  async ({ before, first, second, meets }) => {
    if (meets) {
      before = [...before, flash("waits", true)];
      first = [...first, flash("comes", true)];
      second = [take, ...second];
    }
    const store = new VersionedStore();
    const sessions = sessionsIn(store);
    const visitor = new Visitor(sessions);
    await visitor.visit((session) => void run(session.set("a", 1), before), { method: "POST" });
    const expected = modelOf(store, visitor.value);

    // Both load the same state; the second commits when the first has.
    const requests = [first, second].map(() => visitor.request({ method: "POST" }));
    const loaded = await Promise.all(requests.map((request) => sessions.load(request)));
    const done = loaded.map((session, index) => run(session, [first, second][index] ?? []));
    for (const session of loaded) await sessions.commit(session, new Response());

    for (const { operation, told } of done.flat()) operation.model(expected, told);
    assertEquals(modelOf(store, visitor.value), expected);
  },
);

property(
  "requests at once that only add up lose nothing, however many they are",
  {
    amounts: fc.array(fc.record({ key: keys, by: small }), { minLength: 2, maxLength: 12 }),
    pauses: fc.array(fc.nat(3), { minLength: 12, maxLength: 12 }),
    method: fc.constantFrom("GET", "POST", "HEAD"),
  },
  async ({ amounts, pauses, method }) => {
    const store = new VersionedStore();
    const sessions = sessionsIn(store);
    const visitor = new Visitor(sessions);
    await visitor.visit((session) => void session.set("a", 0).set("b", 0).set("c", 0));
    const responses = await Promise.all(
      amounts.map(({ key, by }, index) =>
        sessions.handle(visitor.request({ method }), async (session) => {
          for (let turn = 0; turn < (pauses[index] ?? 0); turn++) await Promise.resolve();
          session.update(key, (n) => Number(n) + by);
          return new Response(`${key} ${session.get(key)}`);
        })
      ),
    );
    const sums: Record<string, number> = { a: 0, b: 0, c: 0 };
    for (const { key, by } of amounts) sums[key] = (sums[key] ?? 0) + by;
    assertEquals(modelOf(store, visitor.value).data, sums);
    // A safe request shows what was stored: in some order, each page is one step of its counter.
    if (method === "GET" && amounts.every(({ key, by }) => key === "a" && by > 0)) {
      const shown = await Promise.all(responses.map((response) => response.text()));
      assertEquals(new Set(shown).size, shown.length);
      assert(shown.includes(`a ${sums.a}`));
    }
  },
);

property(
  "a message is shown once, however many pages ask for it at once",
  { pages: fc.integer({ min: 2, max: 8 }), messages: fc.integer({ min: 1, max: 4 }) },
  async ({ pages, messages }) => {
    const store = new VersionedStore();
    const sessions = sessionsIn(store);
    const visitor = new Visitor(sessions);
    await visitor.visit((session) => {
      for (let count = 0; count < messages; count++) session.flash(`message ${count}`);
    });
    const shown = await Promise.all(Array.from({ length: pages }, async () => {
      const response = await sessions.handle(visitor.request(), (session) => {
        return Response.json(session.takeFlash().map(({ message }) => message));
      });
      return await response.json();
    }));
    assertEquals(shown.flat().sort(), Array.from({ length: messages }, (_, n) => `message ${n}`));
  },
);

property(
  "what happens during sign-out is lost, and nothing of the session comes back",
  { during: program, method: fc.constantFrom("GET", "POST") },
  async ({ during, method }) => {
    const store = new VersionedStore();
    const sessions = sessionsIn(store);
    const visitor = new Visitor(sessions);
    await visitor.visit((session) => void session.set("name", "ada"));
    const late = await sessions.load(visitor.request({ method }));
    const id = visitor.value;
    await visitor.visit((session) => session.destroy());
    const done = run(late, during);
    const commit = async (): Promise<Response> => await sessions.commit(late, new Response());
    const answer = await commit().catch((error: unknown) => {
      if (!(error instanceof SessionLostError)) throw error;
      assertEquals(method, "POST");
      return new Response(null, { status: error.status });
    });
    const lost = done.some(({ operation, told }) => {
      return told !== false && operation.name !== "take" && operation.name !== "token";
    });
    assertEquals(answer.status, method === "POST" && lost ? 409 : 200);
    assertEquals(store.record(id), null);
    assertEquals(store.rows.size, 0);
    assertEquals(answer.headers.getSetCookie(), []);
  },
);
