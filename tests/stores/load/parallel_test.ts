import { assert, assertEquals } from "@std/assert";
import { countIn } from "../../support/browser.ts";
import { testWith } from "../../support/has.ts";
import { type Answer, atOnce, Client, statuses } from "./client.ts";
import { Fleet, type Kind } from "./fleet.ts";

const SERVERS = 4;

for (const kind of ["kv", "redis"] as const satisfies Kind[]) {
  const register = testWith(kind === "redis" ? "redis-server" : "run");
  let fleet: Fleet;

  const test = (what: string, run: (client: Client) => Promise<string>): void => {
    register(`${SERVERS} servers on one ${kind} store: ${what}`, async () => {
      fleet = await Fleet.start(kind, SERVERS);
      try {
        console.log(`${kind}: ${what}: ${await run(new Client(fleet))}`);
      } finally {
        await fleet[Symbol.asyncDispose]();
      }
    });
  };

  test("1,000 visits of one visitor count to 1,000", async (client) => {
    await client.request("/session");
    assertEquals(countIn(await client.request("/")), 1);
    const { results, took } = await atOnce(999, () => client.request("/"));
    assertEquals(statuses(results), "200: 999");
    // A page runs again three times at most; one that lost more races shows its last run's count.
    const shown = results.map(countIn);
    assert(shown.every((count) => count >= 2 && count <= 1000));
    assertEquals(countIn(await client.request("/howdy")), 1001);
    return `all counted, ${new Set(shown).size} counts shown, no 5xx, ${took} ms`;
  });

  test("a message is shown on one of 200 pages", async (client) => {
    const csrf_token = await client.token();
    assertEquals((await client.post("/cart", { item: "Rope", csrf_token })).status, 303);
    const { results, took } = await atOnce(200, () => client.request("/cart"));
    assertEquals(statuses(results), "200: 200");
    const shown = results.filter(({ text }) => text.includes("Your item was added.")).length;
    assertEquals(shown, 1);
    return `shown ${shown} time, ${took} ms`;
  });

  test("500 forms of one visitor fill the cart with 500 items", async (client) => {
    const csrf_token = await client.token();
    const { results, took } = await atOnce(
      500,
      (index) => client.post("/cart", { item: `Thing ${index}.`, csrf_token }),
    );
    assertEquals(statuses(results), "303: 500");
    const { text } = await client.request("/cart");
    const items = new Set(text.match(/Thing \d+\./g));
    assertEquals(items.size, 500);
    return `${items.size} items, no 5xx, ${took} ms`;
  });

  test("a sign-out among 200 requests wins", async (client) => {
    const csrf_token = await client.token();
    assertEquals((await client.post("/sign-in", { name: "Ann", csrf_token })).status, 303);
    const old = client.cookie;
    const fresh = await client.token();
    let signedOut: Answer | undefined;
    const { results } = await atOnce(200, async (index) => {
      if (index !== 100) return await client.request("/", {}, old);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return signedOut = await client.post("/sign-out", { csrf_token: fresh });
    });
    assertEquals(signedOut?.status, 303);
    assertEquals(results.filter(({ status }) => status >= 500).length, 0);
    for (let turn = 0; turn < SERVERS; turn++) {
      const { text, cookie } = await client.request("/sign-in", {}, old);
      assert(!text.includes("You are Ann"));
      assert(cookie !== old);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    assertEquals(countIn(await client.request("/", {}, old)), 1);
    const before = results.filter((answer) => countIn(answer) > 1).length;
    return `gone and stays gone (${before} pages of the session were served before)`;
  });

  test("a sign-in among 200 requests with the old id holds", async (client) => {
    const csrf_token = await client.token();
    const old = client.cookie;
    const { results } = await atOnce(200, async (index) => {
      if (index !== 100) return await client.request("/", {}, old);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return await client.post("/sign-in", { name: "Ann", csrf_token });
    });
    assertEquals(statuses(results.filter((_, index) => index !== 100)), "200: 199");
    assertEquals(results[100]?.status, 303);
    const fresh = results[100]?.cookie ?? "";
    // What the browser is left with, whatever came in between.
    assertEquals(client.cookie, fresh);
    assert(fresh !== old && fresh !== "");
    for (let turn = 0; turn < SERVERS; turn++) {
      assert((await client.request("/sign-in", {}, fresh)).text.includes("You are Ann"));
      const { text, cookie } = await client.request("/sign-in", {}, old);
      assert(!text.includes("You are Ann"));
      assertEquals(cookie, null);
    }
    const late = results.filter((answer) => countIn(answer) === 1).length - 1;
    return `signed in, the old id opens nothing (${late} stragglers had a blank page)`;
  });

  test("600 forms sent during sign-ins: none is acknowledged and lost", async (client) => {
    const acknowledged: string[] = [];
    let refused = 0;
    for (let round = 0; round < 6; round++) {
      const csrf_token = await client.token();
      const old = client.cookie;
      let fresh = "";
      const { results } = await atOnce(101, async (index) => {
        if (index === 50) {
          await new Promise((resolve) => setTimeout(resolve, 30));
          const answer = await client.post("/sign-in", { name: `Ann ${round}`, csrf_token }, old);
          fresh = answer.cookie ?? "";
          return answer;
        }
        const item = `Thing ${round}.${index}.`;
        const answer = await client.post("/cart", { item, csrf_token }, old);
        if (answer.status === 303) acknowledged.push(item);
        else refused++;
        // 403: it came when the id was retired already, and its token could not be right any more.
        assert([303, 403, 409].includes(answer.status), `${answer.status}`);
        assertEquals(answer.cookie, null);
        return answer;
      });
      assertEquals(results[50]?.status, 303);
      assert(fresh !== "" && fresh !== old);
      client.cookie = fresh;
    }
    const { text } = await client.request("/cart");
    const kept = new Set(text.match(/<span>Thing \d+\.\d+\.<\/span>/g));
    assertEquals(kept, new Set(acknowledged.map((item) => `<span>${item}</span>`)));
    assert(refused > 0, "no form came too late: the test shows nothing");
    return `${acknowledged.length} acknowledged and kept, ${refused} refused, none lost`;
  });
}
