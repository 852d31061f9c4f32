import type { Browser, BrowserContext, Page } from "playwright-core";
import { ServerProcess, temporaryFolder } from "../server/server_process.ts";
import { has } from "../support/has.ts";
import { chromiumPath } from "./chromium.ts";

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Where a browser test plays: the real server, and a real browser. */
export interface Stage {
  /** The origin of the server. */
  origin: string;
  browser: Browser;
  /** A private window of its own for each test. */
  context: BrowserContext;
  page: Page;
}

/** Clicks on a button or link and waits until the page that comes of it is there. */
export async function follow(page: Page, role: "button" | "link", name: string): Promise<void> {
  const loaded = page.waitForEvent("load");
  await page.getByRole(role, { name }).click();
  await loaded;
}

/** Options of the window, as Playwright has them. */
type Options = Parameters<Browser["newContext"]>[0];

// One server and one browser serve all tests of a file.
let started: { server: ServerProcess; browser: Browser; folder: Disposable } | null = null;

Deno.test.afterAll(async () => {
  await started?.browser.close();
  await started?.server.kill();
  started?.folder[Symbol.dispose]();
});

async function start(): Promise<{ server: ServerProcess; browser: Browser; folder: Disposable }> {
  const folder = temporaryFolder();
  // Playwright is to write where tests may write, and not to ask /proc what machine this is.
  Deno.env.set("TMPDIR", folder.path);
  Deno.env.set("__IS_WSL_TEST__", "1");
  const { chromium } = await import("playwright-core");
  const [server, browser] = await Promise.all([
    ServerProcess.start({ folder: folder.path, environment: { LOG: "off" } }),
    chromium.launch({
      executablePath: chromiumPath(),
      args: ARGS,
      // People's browsers have that cache; it hides faults, and is the cause of others.
      ignoreDefaultArgs: ["--disable-back-forward-cache"],
    }),
  ]);
  return started = { server, browser, folder };
}

/** A test in a private window. Playwright keeps timers of its own: they are no leak of ours. */
export function browserTest(
  name: string,
  run: (stage: Stage) => Promise<void>,
  options: Options = {},
): void {
  Deno.test({
    name,
    ignore: !has("chromium"),
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const { server, browser } = started ?? await start();
      const context = await browser.newContext({ baseURL: server.origin, ...options });
      try {
        const page = await context.newPage();
        await run({ origin: server.origin, browser, context, page });
      } finally {
        await context.close();
      }
    },
  });
}
