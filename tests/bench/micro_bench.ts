/**
 * The parts by themselves: `deno bench tests/bench/micro_bench.ts`. `deno task bench` runs them too
 * and compares them with their targets; it installs jose, without which that pair is left out.
 */

import { CookieStore, type Session, Sessions } from "../../src/session/mod.ts";
import { pathOf } from "../../src/web/request_checks.ts";
import { createRouter } from "../../src/web/router.ts";
import { Keyring, Sealer } from "../../src/seal/mod.ts";
import { html } from "../../src/web/mod.ts";
import { blankRecord } from "../../src/session/record.ts";
import { Layout } from "../../views/layout.tsx";
import { renderDocument } from "../../views/render.tsx";
import { loadJose } from "./jose.ts";
import { SAMPLE_SESSION } from "./sample_session.ts";

const SECRET = "kP3vX8qLw2RtZ6yBn0JmGc5HsDf9UaEo1iTj4QxVb7M";
const uncached = { cacheEntries: 0 };

const record = JSON.stringify(SAMPLE_SESSION);

const sealer = new Sealer(new Keyring([SECRET]), "bench");
const token = await sealer.seal(record);

/** The store remembers what it sealed itself. */
const store = new CookieStore({ secrets: [SECRET] });
const cookie = await store.save({
  cookieName: "session",
  cookieOverhead: 40,
  value: null,
  loaded: null,
  record: { ...blankRecord(0), data: SAMPLE_SESSION },
  regenerate: false,
  lifetime: null,
  label: "",
});

/** Tokens of as many other processes: each has a nonce prefix, and so a derived key, of its own. */
const foreignTokens = await Promise.all(Array.from({ length: 2048 }, () => {
  return new Sealer(new Keyring([SECRET]), "bench").seal(record);
}));
let foreign = 0;

Deno.bench({ group: "seal", name: "seal 253 bytes", baseline: true }, async () => {
  await sealer.seal(record);
});
Deno.bench({ group: "unseal", name: "unseal, cached", baseline: true }, async () => {
  await store.load(cookie, "session");
});
Deno.bench({ group: "unseal", name: "unseal, uncached" }, async () => {
  await sealer.unseal(token);
});
Deno.bench({ group: "unseal", name: "unseal, uncached, foreign nonce prefix" }, async () => {
  await sealer.unseal(foreignTokens[foreign++ % foreignTokens.length] ?? "");
});

const jose = await loadJose();
Deno.bench({ group: "jose", name: "seal + unseal", baseline: true }, async () => {
  await sealer.unseal(await sealer.seal(record));
});
if (jose !== null) {
  const { encrypt, decrypt } = jose;
  Deno.bench({ group: "jose", name: "jose CompactEncrypt + compactDecrypt" }, async () => {
    await decrypt(await encrypt(record));
  });
}

interface Visit {
  counter: number;
}

for (const [temper, options] of [["cold", uncached], ["warm", {}]] as const) {
  const sessions = new Sessions<Visit>({
    store: new CookieStore({ secrets: [SECRET], ...options }),
  });
  const count = (session: Session<Visit>) => {
    session.update("counter", (counter = 0) => counter + 1);
    return html(String(session.get("counter")));
  };
  const first = await sessions.handle(new Request("http://127.0.0.1/"), count);
  const cookie = first.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const request = new Request("http://127.0.0.1/", { headers: { cookie } });
  Deno.bench({ group: "session", name: `load + read + commit, ${temper}` }, async () => {
    await sessions.handle(request, (session) => html(String(session.get("counter"))));
  });
  Deno.bench({ group: "session", name: `load + change + commit, ${temper}` }, async () => {
    await sessions.handle(request, count);
  });
}

for (const routeCount of [2, 200]) {
  const isBaseline = routeCount === 2;
  for (const kind of ["literal", "pattern"]) {
    const suffix = kind === "pattern" ? "/:id" : "";
    const pathOfRoute = (i: number) => `/page-${String(i % routeCount).padStart(3, "0")}`;
    const router = createRouter(Array.from({ length: routeCount }, (_, i) => {
      return { method: "GET", path: pathOfRoute(i) + suffix, view: null };
    }));
    // Distinct URLs: repeated ones would flatter caches.
    const urls = Array.from({ length: 10_000 }, (_, i) => {
      const id = kind === "pattern" ? `/${i}` : "";
      return `http://127.0.0.1:8000${pathOfRoute(i)}${id}?visit=${i}`;
    });
    const name = `match 10,000 URLs, ${routeCount} ${kind} routes`;
    Deno.bench({ group: `router-${kind}`, name, baseline: isBaseline }, () => {
      for (const url of urls) router.match("GET", pathOf(url));
    });
  }
}

Deno.bench("render the frame of a page", () => {
  renderDocument(Layout({ title: "Quick Tutorial: Home View", path: "/", children: "Count: 1" }));
});
