import { assertEquals, assertRejects } from "@std/assert";
import { GracefulStop } from "../../src/server/serve.ts";

class FakeServer {
  readonly answered = Promise.withResolvers<void>();
  shutdowns = 0;

  readonly shutdown = (): Promise<void> => {
    this.shutdowns++;
    return this.answered.promise;
  };
}

/** A stop that was signalled at 0 ms and again at `again`. */
function signalledTwice(server: FakeServer, again: number): GracefulStop {
  let time = 0;
  const stop = new GracefulStop(server.shutdown, { now: () => time });
  stop.signalled();
  time = again;
  stop.signalled();
  return stop;
}

Deno.test("GracefulStop.signalled() lets requests in flight finish", async () => {
  const server = new FakeServer();
  const stop = new GracefulStop(server.shutdown);
  stop.signalled();
  assertEquals(await Promise.race([stop.done, Promise.resolve("waiting")]), "waiting");
  server.answered.resolve();
  assertEquals(await stop.done, true);
  assertEquals(server.shutdowns, 1);
});

Deno.test("GracefulStop.signalled() waits for a limited time", async () => {
  const stop = new GracefulStop(new FakeServer().shutdown, { grace: 5 });
  stop.signalled();
  assertEquals(await stop.done, false);
});

Deno.test("GracefulStop.signalled() ends at once the second time", async () => {
  const server = new FakeServer();
  assertEquals(await signalledTwice(server, 500).done, false);
});

Deno.test("GracefulStop.signalled() takes no echo of the first signal for a second", async () => {
  const server = new FakeServer();
  const stop = signalledTwice(server, 499);
  server.answered.resolve();
  assertEquals(await stop.done, true);
});

Deno.test("GracefulStop.done fails when the server cannot stop", async () => {
  const server = new FakeServer();
  const stop = new GracefulStop(server.shutdown);
  stop.signalled();
  server.answered.reject(new Error("stuck"));
  await assertRejects(() => stop.done, Error, "stuck");
});

Deno.test("GracefulStop.guard() holds the shutdown until forms have arrived", async () => {
  const server = new FakeServer();
  const stop = new GracefulStop(server.shutdown);
  const arrived = Promise.withResolvers<Response>();
  const answer = stop.guard(() => arrived.promise)(new Request("http://x/", { method: "POST" }));
  stop.signalled();
  await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(server.shutdowns, 0);

  arrived.resolve(new Response("thanks"));
  assertEquals(await (await answer).text(), "thanks");
  server.answered.resolve();
  assertEquals(await stop.done, true);
  assertEquals(server.shutdowns, 1);
});

Deno.test("GracefulStop.guard() holds the shutdown for no page", async () => {
  const server = new FakeServer();
  const stop = new GracefulStop(server.shutdown);
  const slow = Promise.withResolvers<Response>();
  const answer = stop.guard(() => slow.promise)(new Request("http://x/"));
  stop.signalled();
  server.answered.resolve();
  assertEquals(await stop.done, true);
  slow.resolve(new Response());
  assertEquals((await answer).status, 200);
});

Deno.test("GracefulStop.guard() does not hang on a handler that throws", async () => {
  const server = new FakeServer();
  const stop = new GracefulStop(server.shutdown);
  const handler = stop.guard(() => Promise.reject(new Error("boom")));
  await assertRejects(async () => await handler(new Request("http://x/", { method: "POST" })));
  stop.signalled();
  server.answered.resolve();
  assertEquals(await stop.done, true);
});

Deno.test("GracefulStop.guard() turns away what comes after the signal", async () => {
  const server = new FakeServer();
  const stop = new GracefulStop(server.shutdown);
  const handler = stop.guard(() => new Response("served"));
  assertEquals(await (await handler(new Request("http://x/"))).text(), "served");
  stop.signalled();
  const response = await handler(new Request("http://x/"));
  assertEquals(response.status, 503);
  assertEquals(response.headers.get("connection"), "close");
  assertEquals(await response.text(), "The server is stopping\n");
  server.answered.resolve();
  await stop.done;
});
