import { page } from "../page.ts";
import { hostname, html, port, require, secret } from "./peer.mjs";

const fastify = require("fastify")({ logger: false });

fastify.register(require("@fastify/secure-session"), {
  key: Buffer.from(secret),
  cookie: { path: "/", httpOnly: true, sameSite: "lax" },
});

fastify.get("/", (request, reply) => {
  const counter = (request.session.get("counter") ?? 0) + 1;
  request.session.set("counter", counter);
  reply.type(html).send(page(counter));
});

await fastify.listen({ host: hostname, port });
