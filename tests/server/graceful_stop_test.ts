import { assertEquals, assertRejects } from "@std/assert";
import { GracefulStop } from "../../src/server/graceful_stop.ts";

class FakeServer {
  readonly calls: string[] = [];
  readonly answered = Promise.withResolvers<void>();

  shutdown(): Promise<void> {
    this.calls.push("shutdown");
    return this.answered.promise;
  }

  abort(): void {
    this.calls.push("abort");
  }
}

Deno.test("GracefulStop.signalled() lets requests in flight finish", async () => {
  const server = new FakeServer();
  const stop = new GracefulStop(server);
  stop.signalled();
  assertEquals(server.calls, ["shutdown"]);
  server.answered.resolve();
  assertEquals(await stop.done, true);
  assertEquals(server.calls, ["shutdown"]);
});

Deno.test("GracefulStop.signalled() waits for a limited time", async () => {
  const server = new FakeServer();
  const stop = new GracefulStop(server, { grace: 5 });
  stop.signalled();
  assertEquals(await stop.done, false);
  assertEquals(server.calls, ["shutdown", "abort"]);
});

Deno.test("GracefulStop.signalled() ends at once the second time", async () => {
  const server = new FakeServer();
  let time = 0;
  const stop = new GracefulStop(server, { now: () => time });
  stop.signalled();
  time = 500;
  stop.signalled();
  assertEquals(await stop.done, false);
  assertEquals(server.calls, ["shutdown", "abort"]);
});

Deno.test("GracefulStop.signalled() takes no echo of the first signal for a second", async () => {
  const server = new FakeServer();
  let time = 0;
  const stop = new GracefulStop(server, { now: () => time });
  stop.signalled();
  time = 499;
  stop.signalled();
  server.answered.resolve();
  assertEquals(await stop.done, true);
  assertEquals(server.calls, ["shutdown"]);
});

Deno.test("GracefulStop.done fails when the server cannot stop", async () => {
  const server = new FakeServer();
  const stop = new GracefulStop(server, { grace: 5 });
  stop.signalled();
  server.answered.reject(new Error("stuck"));
  await assertRejects(() => stop.done, Error, "stuck");
});
