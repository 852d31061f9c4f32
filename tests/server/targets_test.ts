/** What the real server makes of request lines and `Host` lines that no browser sends. */
import { assertEquals, assertMatch } from "@std/assert";
import { ServerProcess, temporaryFolder } from "./server_process.ts";
import { testWith } from "../support/has.ts";

const test = testWith("run");

/** Sends bytes as they are; returns the status of the answer, and the rest of it. */
async function send(origin: string, text: string): Promise<{ status: number; answer: string }> {
  using connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(new URL(origin).port),
  });
  await connection.write(new TextEncoder().encode(text));
  const answer = await new Response(connection.readable).text();
  return { status: Number(/^HTTP\/1\.[01] (\d+)/.exec(answer)?.[1]), answer };
}

test("the server answers 400 to a request that is not addressed properly", async (t) => {
  using folder = temporaryFolder();
  await using server = await ServerProcess.start({ folder: folder.path });
  const { host } = new URL(server.origin);

  for (
    const [target, hostLines, expected] of [
      ["/howdy", [`Host: ${host}`], 200],
      ["/howdy?a=/../b", [`Host: ${host}`], 200],
      ["/howdy", ["Host: SHOP.example:80"], 200],
      ["/howdy", ["Host: [::1]:8000"], 200],
      ["http://shop.example/howdy", ["Host: shop.example"], 200],
      ["http://shop.example/howdy", ["Host: other.example"], 200],
      ["/healthz", ["Host: shop/howdy?"], 400],
      ["/healthz", ["Host: shop/howdy#"], 400],
      ["/howdy", ["Host: shop/admin?"], 400],
      ["/howdy", ["Host: user@shop"], 400],
      ["/howdy", ["Host: a, b"], 400],
      ["/howdy", ["Host: shop:99999"], 400],
      ["/howdy", ["Host: sh\u00f6p"], 400],
      ["/howdy", ["Host:"], 400],
      ["/howdy", ["Host: a", "Host: b"], 400],
      ["/howdy", [], 400],
      ["http://user:word@shop.example/howdy", ["Host: shop.example"], 400],
      ["ftp://shop.example/howdy", ["Host: shop.example"], 400],
      ["/x/../howdy", [`Host: ${host}`], 400],
      ["/x\\..\\howdy", [`Host: ${host}`], 400],
      ["/./howdy", [`Host: ${host}`], 400],
      ["/%2e%2e/howdy", [`Host: ${host}`], 400],
      ["http://shop.example/x/../howdy", ["Host: shop.example"], 400],
      ["/howdy#x", [`Host: ${host}`], 400],
      ["/howdy#/../x", [`Host: ${host}`], 400],
      ['/"<>', [`Host: ${host}`], 400],
      ["/caf\u00e9", [`Host: ${host}`], 400],
      [`/${"x".repeat(4096)}`, [`Host: ${host}`], 414],
      [`/${"x".repeat(4095)}`, [`Host: ${host}`], 404],
    ] as const
  ) {
    await t.step(
      `${target.slice(0, 50)} with ${hostLines.join(" and ") || "no Host"}`,
      async () => {
        const lines = [`GET ${target} HTTP/1.1`, ...hostLines, "Connection: close", "\r\n"];
        const { status, answer } = await send(server.origin, lines.join("\r\n"));
        assertEquals(status, expected);
        if (status === 200) assertMatch(answer, /<h1>Hi Hello View<\/h1>/);
      },
    );
  }
});

test("the server answers HEAD with the headers of GET or without", async () => {
  using folder = temporaryFolder();
  await using server = await ServerProcess.start({ folder: folder.path });
  for (const path of ["/", "/howdy", "/healthz", "/nowhere", "/cart", "/sign-in"]) {
    const ask = async (method: string) => {
      const lines = [`${method} ${path} HTTP/1.1`, "Host: shop", "Connection: close", "\r\n"];
      const [head = "", body = ""] = (await send(server.origin, lines.join("\r\n"))).answer
        .split("\r\n\r\n");
      const length = /^content-length: (\d+)/im.exec(head)?.[1];
      const names = head.split("\r\n").slice(1).map((line) => line.split(":", 1)[0]?.toLowerCase());
      return { length, body, names };
    };
    const [get, head] = [await ask("GET"), await ask("HEAD")];
    assertEquals(head.body, "", path);
    assertEquals(head.length ?? get.length, get.length, path);
    const missing = get.names.filter((name) => !head.names.includes(name));
    assertEquals(missing, head.length === undefined ? ["content-length"] : [], path);
  }
});
