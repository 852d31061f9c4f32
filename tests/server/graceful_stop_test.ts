import { assertEquals, assertRejects } from "@std/assert";
import { GracefulStop } from "../../src/server/graceful_stop.ts";

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
  assertEquals(server.shutdowns, 1);
  assertEquals(await Promise.race([stop.done, Promise.resolve("waiting")]), "waiting");
  server.answered.resolve();
  assertEquals(await stop.done, true);
});

Deno.test("GracefulStop.signalled() waits for a limited time", async () => {
  const stop = new GracefulStop(new FakeServer().shutdown, { grace: 5 });
  stop.signalled();
  assertEquals(await stop.done, false);
});

Deno.test("GracefulStop.signalled() ends at once the second time", async () => {
  const server = new FakeServer();
  assertEquals(await signalledTwice(server, 500).done, false);
  assertEquals(server.shutdowns, 1);
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
