import { assert, assertEquals } from "@std/assert";
import { countIn } from "../../support/browser.ts";
import { testWith } from "../../support/has.ts";
import { atOnce, Client, statuses } from "./client.ts";
import { Fleet, type Kind } from "./fleet.ts";

const CRASHES = 20;
const testRedis = testWith("redis-server");

for (const kind of ["kv", "redis"] as const satisfies Kind[]) {
  const test = kind === "redis" ? testRedis : testWith("run");

  test(`a server on the ${kind} store that is killed ${CRASHES} times loses nothing`, async () => {
    await using fleet = await Fleet.start(kind, 1);
    const clients = await atOnce(8, () => Promise.resolve(new Client(fleet)));
    for (const client of clients.results) assertEquals(countIn(await client.request("/")), 1);
    const acknowledged = clients.results.map(() => 1);
    const sent = clients.results.map(() => 1);

    let isOver = false;
    const load = clients.results.map(async (client, index) => {
      while (!isOver) {
        sent[index] = Number(sent[index]) + 1;
        try {
          const answer = await client.request("/");
          assertEquals(answer.status, 200);
          const count = countIn(answer);
          assert(count > Number(acknowledged[index]), `${count} after ${acknowledged[index]}`);
          acknowledged[index] = count;
        } catch (error) {
          // The server is being killed or started: nothing was acknowledged.
          if (!(error instanceof TypeError)) throw error;
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      }
    });
    for (let crash = 0; crash < CRASHES; crash++) {
      await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 100));
      await fleet.killOne();
      await fleet.add();
    }
    isOver = true;
    await Promise.all(load);
    for (const [index, client] of clients.results.entries()) {
      const count = countIn(await client.request("/"));
      assert(count > Number(acknowledged[index]));
      assert(count <= Number(sent[index]) + 1);
    }
    const total = acknowledged.reduce((sum, count) => sum + count);
    console.log(`${kind}: ${CRASHES} crashes, ${total} acknowledged changes, none missing`);
  });
}

testRedis("Redis that is killed and started again costs 503s and nothing else", async () => {
  await using fleet = await Fleet.start("redis", 2);
  const client = new Client(fleet);
  await client.request("/");
  const { cookie } = client;
  let acknowledged = 1;
  let isOver = false;
  const answers: Awaited<ReturnType<Client["request"]>>[] = [];
  const load = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      const answer = await client.request("/");
      answers.push(answer);
      if (answer.status === 200) acknowledged = Math.max(acknowledged, countIn(answer));
      else await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  for (let outage = 0; outage < 3; outage++) {
    await pause(500);
    await fleet.redis?.kill();
    await pause(400);
    const health = await client.request("/healthz");
    assertEquals([health.status, health.cookie], [503, null]);
    await fleet.redis?.start();
    for (let turn = 0; turn < 200 && (await client.request("/healthz")).status !== 200; turn++) {
      await pause(50);
    }
  }
  await pause(1500);
  isOver = true;
  await Promise.all(load);
  for (const answer of answers) {
    assert(answer.status === 200 || answer.status === 503, `${answer.status}`);
    assertEquals(answer.cookie, null);
    if (answer.status === 503) assertEquals(answer.headers.get("retry-after"), "2");
  }
  assert(answers.some(({ status }) => status === 503));
  const pages = answers.filter(({ status }) => status === 200).length;
  client.cookie = cookie;
  for (const _ of [1, 2]) {
    assert(countIn(await client.request("/")) > Math.max(acknowledged, pages + 1));
  }
  console.log(`redis: 3 outages under load, ${statuses(answers)}, no acknowledged change missing`);
});
