import { CookieStore, Sessions } from "@satchel/satchel";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { CookieJar, TestBrowser, TestClock, type TestRequestInit } from "@satchel/satchel/testing";
import { createHandler, csrfToken, html, redirect } from "@satchel/satchel/web";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { testWith } from "../support/has.ts";
import { SECRET } from "../support/secrets.ts";

const test = testWith("net");

/** Answers each request with what came: its method, path, headers and body, as JSON. */
async function echo(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const headers = Object.fromEntries(request.headers);
  const text = await request.text();
  return Response.json({ method: request.method, path: pathname + search, headers, text });
}

/** The headers that a browser adds by itself. */
function added(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => /^(sec-|origin$)/.test(name)));
}

Deno.test("TestBrowser.request() sends Fetch Metadata and Origin as browsers do", () => {
  const browser = new TestBrowser(echo, { origin: "https://shop.example" });
  const navigate = {
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
    "sec-fetch-user": "?1",
  };
  const own = "https://shop.example";
  const evil = "https://evil.example";
  for (
    const [init, expected] of [
      [{}, { "sec-fetch-site": "none", ...navigate }],
      [{ from: "/cart" }, { "sec-fetch-site": "same-origin", ...navigate }],
      [{ from: "https://www.shop.example" }, { "sec-fetch-site": "same-site", ...navigate }],
      [{ from: "http://shop.example" }, { "sec-fetch-site": "cross-site", ...navigate }],
      [{ from: evil }, { "sec-fetch-site": "cross-site", ...navigate }],
      [{ method: "POST" }, { "sec-fetch-site": "same-origin", ...navigate, origin: own }],
      [
        { method: "POST", from: evil },
        { "sec-fetch-site": "cross-site", ...navigate, origin: evil },
      ],
      [
        { dest: "empty" },
        { "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" },
      ],
      [
        { dest: "empty", from: evil },
        {
          "sec-fetch-site": "cross-site",
          "sec-fetch-mode": "cors",
          "sec-fetch-dest": "empty",
          origin: evil,
        },
      ],
      [
        { dest: "image" },
        { "sec-fetch-site": "same-origin", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" },
      ],
      [
        { dest: "iframe", from: evil },
        {
          "sec-fetch-site": "cross-site",
          "sec-fetch-mode": "navigate",
          "sec-fetch-dest": "iframe",
        },
      ],
      [
        { prefetch: true },
        {
          "sec-fetch-site": "same-origin",
          "sec-fetch-mode": "navigate",
          "sec-fetch-dest": "document",
          "sec-purpose": "prefetch",
        },
      ],
    ] as const
  ) {
    assertEquals(added(browser.request("/", init).headers), { ...expected }, JSON.stringify(init));
  }
});

Deno.test("TestBrowser.request() sends no Fetch Metadata over a plain connection to another machine", () => {
  const browser = new TestBrowser(echo, { origin: "http://shop.example" });
  assertEquals(added(browser.request("/").headers), {});
  const { headers } = browser.request("/", { method: "POST" });
  assertEquals(added(headers), { origin: "http://shop.example" });
});

Deno.test("TestBrowser.request() sends no Fetch Metadata from a browser that has none", () => {
  const browser = new TestBrowser(echo, { fetchMetadata: false });
  const { headers } = browser.request("/", { from: "https://evil.example", method: "POST" });
  assertEquals(added(headers), { origin: "https://evil.example" });
  const { headers: early } = browser.request("/", { prefetch: true });
  assertEquals(added(early), { "sec-purpose": "prefetch" });
});

Deno.test("TestBrowser.request() lets the headers of a request win over the browser's", () => {
  const browser = new TestBrowser(echo, {
    headers: { "user-agent": "one", "accept": "text/html" },
  });
  const headers = { "user-agent": "two", "sec-fetch-site": "cross-site" };
  const sent = browser.request("/", { headers }).headers;
  assertEquals(["user-agent", "accept", "sec-fetch-site"].map((name) => sent.get(name)), [
    "two",
    "text/html",
    "cross-site",
  ]);
});

Deno.test("TestBrowser.request() withholds cookies from other sites' requests as SameSite says", () => {
  const browser = new TestBrowser(echo, { origin: "https://shop.example" });
  for (const line of ["s=1; SameSite=Strict", "l=1; SameSite=Lax", "n=1; SameSite=None; Secure"]) {
    browser.jar.storeLine("https://shop.example/", `${line}; Path=/`);
  }
  const from = "https://evil.example";
  for (
    const [init, cookie] of [
      [{}, "s=1; l=1; n=1"],
      [{ from: "https://www.shop.example", method: "POST" }, "s=1; l=1; n=1"],
      [{ from }, "l=1; n=1"],
      [{ from, method: "POST" }, "n=1"],
      [{ from, dest: "iframe" }, "n=1"],
      [{ from, dest: "empty" }, "n=1"],
    ] as const
  ) {
    assertEquals(browser.request("/", init).headers.get("cookie"), cookie, JSON.stringify(init));
  }
});

Deno.test("TestBrowser.fetch() refuses what another site's page may not set", async () => {
  const handler = () =>
    new Response(null, {
      headers: [["set-cookie", "l=1"], ["set-cookie", "n=1; SameSite=None; Secure"]],
    });
  const names = async (init: TestRequestInit) => {
    const browser = new TestBrowser(handler);
    await browser.fetch("/", init);
    return browser.jar.cookies.map(({ name }) => name).join();
  };
  const from = "https://evil.example";
  assertEquals(await names({}), "l,n");
  assertEquals(await names({ from }), "l,n");
  assertEquals(await names({ from, method: "POST" }), "l,n");
  assertEquals(await names({ from, dest: "image" }), "n");
});

Deno.test("TestBrowser.fetch() follows no redirect", async () => {
  const browser = new TestBrowser(() => redirect("/elsewhere"));
  assertEquals((await browser.fetch("/")).headers.get("location"), "/elsewhere");
});

for (
  const [status, method, after] of [
    [301, "POST", "GET"],
    [302, "POST", "GET"],
    [302, "PUT", "PUT"],
    [303, "PUT", "GET"],
    [303, "HEAD", "HEAD"],
    [307, "POST", "POST"],
    [308, "POST", "POST"],
  ] as const
) {
  Deno.test(`TestBrowser.get() follows a ${status} of ${method} with ${after}`, async () => {
    const seen: string[] = [];
    const browser = new TestBrowser(async (request) => {
      const { pathname } = new URL(request.url);
      seen.push(`${request.method} ${pathname} ${await request.text()}`);
      if (pathname === "/there") return new Response("there");
      return new Response("moved", { status, headers: { location: "there", "set-cookie": "a=1" } });
    });
    const body = method === "HEAD" ? null : "text";
    const page = await browser.get("/here", { method, body });
    assertEquals([page.url, page.status], ["http://localhost/there", 200]);
    const sent = after === method ? body ?? "" : "";
    assertEquals(seen, [`${method} /here ${body ?? ""}`, `${after} /there ${sent}`]);
    assertEquals(browser.jar.header(page.url), "a=1");
  });
}

Deno.test("TestBrowser.get() says behind a redirect whose request it was", async () => {
  const browser = new TestBrowser(({ url, headers }) =>
    url.endsWith("/") ? redirect("/there") : new Response(headers.get("sec-fetch-site"))
  );
  assertEquals((await browser.get("/")).text, "none");
  assertEquals((await browser.post("/", {})).text, "same-origin");
  assertEquals((await browser.post("/", {}, { from: "https://evil.example" })).text, "cross-site");
});

Deno.test("TestBrowser.get() shows a redirect to another origin, and gives up after 20", async () => {
  const shop = new TestBrowser(() => redirect("https://login.example/authorize"));
  const { status, headers } = await shop.get("/");
  assertEquals([status, headers.get("location")], [303, "https://login.example/authorize"]);

  let asked = 0;
  const loop = new TestBrowser(() => redirect(`/${++asked}`));
  const message = "Cannot open /: it redirects more than 20 times";
  await assertRejects(() => loop.get("/"), Error, message);
  assertEquals(asked, 21);
});

Deno.test("TestBrowser.post() sends fields, or a form with files", async () => {
  const browser = new TestBrowser(echo);
  const { headers, ...plain } = JSON.parse((await browser.post("/a?b", { c: "d e" })).text);
  assertEquals(plain, { method: "POST", path: "/a?b", text: "c=d+e" });
  assertEquals(headers["content-type"], "application/x-www-form-urlencoded;charset=UTF-8");
  const form = new FormData();
  form.set("file", new File(["text"], "note.txt"));
  const upload = JSON.parse((await browser.post("/", form)).text);
  assert(upload.headers["content-type"].startsWith("multipart/form-data; boundary="));
  assert(upload.text.includes('filename="note.txt"'));
});

/** A page whose forms are written in every way that HTML allows. */
const FORMS = `
  <form action="/search"><input type="hidden" name="where" value="get"></form>
  <FORM Method=POST action='/cart?a=1&amp;b=2' data-note="a > b">
    <input value="&lt;a&gt; &#39;b&#x27; &quot;&unknown;" name=note type=hidden>
    <input type="hidden" name="twice" value="1"><input type="hidden" name="twice" value="2">
    <input type="hidden" name="lines" value="a
b"><input name="item" value="left out">
    <button formaction="/cart/clear">Clear</button>
  </FORM>
  <form method="post"><input type="hidden" name="here" value="yes"/></form>`;

function formsOr(request: Request): Response | Promise<Response> {
  return request.method === "GET" ? html(FORMS) : echo(request);
}

for (
  const [action, path, fields, expected] of [
    ["/cart?a=1&b=2", "/cart?a=1&b=2", { item: "x\ny" }, [
      ["note", `<a> 'b' "&unknown;`],
      ["twice", "1"],
      ["twice", "2"],
      ["lines", "a\r\nb"],
      ["item", "x\r\ny"],
    ]],
    ["/cart/clear", "/cart/clear", { twice: "3", note: "", lines: "" }, [
      ["twice", "3"],
      ["note", ""],
      ["lines", ""],
    ]],
    ["/page", "/page", {}, [["here", "yes"]]],
  ] as const
) {
  Deno.test(`TestBrowser.submit() sends the hidden fields of the form to ${action}`, async () => {
    const browser = new TestBrowser(formsOr, { origin: "https://shop.example" });
    const { text } = await browser.submit("/page", action, fields);
    const sent = JSON.parse(text);
    assertEquals([sent.method, sent.path], ["POST", path]);
    assertEquals(
      [...new URLSearchParams(sent.text)],
      expected.map(([name, value]) => [name, value]),
    );
    assertEquals(sent.headers.origin, "https://shop.example");
  });
}

Deno.test("TestBrowser.submit() refuses a page without a form that posts there", async () => {
  const browser = new TestBrowser(formsOr);
  for (const action of ["/search", "/cart", "/nowhere"]) {
    const message =
      `Cannot send a form to ${action}: http://localhost/page (200) has none that posts`;
    await assertRejects(() => browser.submit("/page", action), Error, message);
  }
});

Deno.test("TestBrowser.signIn() gives the browser a session that no route prepared", async () => {
  const stores = [new CookieStore({ secrets: [SECRET] }), new MemoryStore()];
  for (const store of stores) {
    for (const origin of ["https://shop.example", "http://localhost:8000"]) {
      const sessions = new Sessions<{ user: string; cart: string[] }>({ store });
      const handler = createHandler({
        sessions,
        csrf: true,
        routes: [{
          method: "GET",
          path: "/",
          view: ({ session }) =>
            html(`<form method="post" action="/add">
              <input type="hidden" name="csrf_token" value="${csrfToken(session)}"></form>
              ${session.get("user")}`),
        }, {
          method: "POST",
          path: "/add",
          async view({ session, form }) {
            const item = String((await form()).get("item"));
            session.update("cart", (cart = []) => [...cart, item]);
            return redirect("/");
          },
        }],
      });
      const ada = await new TestBrowser(handler, { origin }).signIn(sessions, async (session) => {
        await Promise.resolve();
        session.set("user", "Ada");
      });
      assert((await ada.get("/")).text.endsWith("Ada"));
      const [one, two] = [await ada.get("/"), await ada.get("/")]; // two tabs
      await ada.submit(two, "/add", { item: "Rope" });
      await ada.submit(one, "/add", { item: "Lead" });
      const session = await sessions.load(ada.request("/"));
      assertEquals(session.get("cart"), ["Rope", "Lead"]);
      await ada.signIn(sessions, (session) => session.set("user", "Bob"));
      assertEquals((await sessions.load(ada.request("/"))).get("cart"), ["Rope", "Lead"]);
      assert((await new TestBrowser(handler, { origin }).get("/")).text.endsWith("undefined"));
    }
  }
});

Deno.test("TestClock ends sessions and cookies when their time has passed", async () => {
  const clock = new TestClock(Date.UTC(2030, 0, 1));
  const store = new CookieStore({ secrets: [SECRET] });
  const cookie = { maxAge: 100 };
  const sessions = new Sessions<{ user: string }>({ store, cookie, now: clock.now });
  const browser = new TestBrowser(echo, { now: clock.now });
  await browser.signIn(sessions, (session) => session.set("user", "Ada"));
  clock.advance(99.5);
  assertEquals(clock.now(), Date.UTC(2030, 0, 1) + 99_500);
  assertEquals((await sessions.load(browser.request("/"))).get("user"), "Ada");
  clock.advance(0.5);
  assertEquals(browser.request("/").headers.get("cookie"), null);
});

test("TestBrowser asks a server at a URL, and shares the cookies of another browser", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const cookie = request.headers.get("cookie") ?? "none";
    return new Response(cookie, { headers: { "set-cookie": "a=1" } });
  });
  const jar = new CookieJar();
  const url = `http://127.0.0.1:${server.addr.port}`;
  assertEquals((await new TestBrowser(url, { jar }).get("/")).text, "none");
  assertEquals((await new TestBrowser(url, { jar }).get("/")).text, "a=1");
});
