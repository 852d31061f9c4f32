/** What the compiler accepts and refuses: each `@ts-expect-error` is a line that must not compile. */
import { CookieStore, generateSecret, type Session, Sessions } from "@satchel/satchel";
import { createHandler, html } from "@satchel/satchel/web";
import { assertEquals, assertThrows } from "@std/assert";

interface Item {
  name: string;
  price: number;
}

interface Data {
  counter: number;
  cart: Item[];
  name?: string;
  theme: "light" | "dark";
}

/** Only true when both types are the same, not merely assignable. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

/** Compiles only for `true`. */
function holds<_T extends true>(): void {}

const sessions = new Sessions<Data>({ store: new CookieStore({ secrets: [generateSecret()] }) });

async function load(): Promise<Session<Data>> {
  return await sessions.load(new Request("http://localhost/"));
}

Deno.test("Session.get() gives the type of its key, or undefined, and read-only", async () => {
  const session = await load();
  const counter = session.get("counter");
  holds<Same<typeof counter, number | undefined>>();
  const theme = session.get("theme");
  holds<Same<typeof theme, "light" | "dark" | undefined>>();
  const name = session.get("name");
  holds<Same<typeof name, string | undefined>>();

  const cart = session.set("cart", [{ name: "Rope", price: 3 }]).get("cart");
  holds<
    Same<typeof cart, readonly { readonly name: string; readonly price: number }[] | undefined>
  >();
  // @ts-expect-error: a list is changed by `update` alone
  assertThrows(() => cart?.push({ name: "Lamp", price: 5 }), TypeError);
  assertThrows(() => {
    const [item] = cart ?? [];
    // @ts-expect-error: and so is what is in it
    if (item) item.price = 0;
  }, TypeError);
  // @ts-expect-error: no such key
  assertEquals(session.get("count"), undefined);
});

Deno.test("Session.set() takes what its key takes", async () => {
  const session = await load();
  session.set("counter", 1).set("theme", "dark").set("name", "Ada").set("cart", []);
  // @ts-expect-error: no such key
  session.set("count", 1);
  // @ts-expect-error: a number is needed
  session.set("counter", "1");
  // @ts-expect-error: not among the values
  session.set("theme", "blue");
  // @ts-expect-error: an item has a price
  session.set("cart", [{ name: "Rope" }]);
  // @ts-expect-error: an item has nothing else
  session.set("cart", [{ name: "Rope", price: 3, weight: 1 }]);
  // @ts-expect-error: `delete` is the way to have no value
  assertThrows(() => session.set("name", undefined), TypeError);
});

Deno.test("Session.set() takes back what get() gave", async () => {
  const session = await load();
  session.set("cart", [{ name: "Rope", price: 3 }]);
  session.set("cart", session.get("cart") ?? []);
  assertEquals(session.get("cart"), [{ name: "Rope", price: 3 }]);
});

Deno.test("Session.update() gives and takes what its key takes", async () => {
  const session = await load();
  session.update("counter", (counter = 0) => counter + 1);
  session.update("cart", (cart = []) => [...cart, { name: "Rope", price: 3 }]);
  assertEquals(session.get("counter"), 1);
  // @ts-expect-error: a number is needed
  session.update("counter", (counter = 0) => `${counter}`);
  // @ts-expect-error: there may be no value yet
  session.update("counter", (counter) => counter + 1);
  // @ts-expect-error: no such key
  session.update("count", () => 1);
});

Deno.test("Session.has(), delete() and keys() know the keys", async () => {
  const session = await load();
  holds<Same<ReturnType<typeof session.keys>, MapIterator<keyof Data>>>();
  assertEquals([session.has("counter"), session.delete("counter")], [false, false]);
  // @ts-expect-error: no such key
  assertEquals(session.has("count"), false);
  // @ts-expect-error: no such key
  assertEquals(session.delete("count"), false);
});

Deno.test("createHandler() gives views the session's type", async () => {
  const handler = createHandler({
    sessions,
    routes: [{
      method: "GET",
      path: "/",
      view: ({ session }) => {
        holds<Same<typeof session, Session<Data>>>();
        session.update("counter", (counter = 0) => counter + 1);
        return html(`${session.get("counter")}`);
      },
    }],
  });
  assertEquals(await (await handler(new Request("http://localhost/"))).text(), "1");
});

Deno.test("Session without a type of data takes any JSON", () => {
  type Free = Session;
  holds<Same<Parameters<Free["get"]>[0], string>>();
  // @ts-expect-error: a function is not JSON
  const set = (session: Free) => session.set("view", () => {});
  assertEquals(set.length, 1);
});
