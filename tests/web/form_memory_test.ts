/** Refused forms across the redirect: what is remembered, for how long, and what is not. */
import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { inspect } from "../../src/inspector/mod.ts";
import { type Session, SessionSizeError } from "../../src/session/mod.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import {
  type RecalledForm,
  recallForm,
  rememberForm,
  type RememberFormOptions,
} from "../../src/web/mod.ts";
import { Visitor } from "../support/browser.ts";
import { cookieSessions, sessionsIn, type Values } from "../support/sessions.ts";

const sessions = cookieSessions();
const BLANK = { values: [], errors: {} };
const ADA = { values: [["name", "Ada"]], errors: {} } as const;

function begin(): Session<Values> | Promise<Session<Values>> {
  return sessions.load(new Request("http://localhost/"));
}

/** What is recalled of the fields of a form in the same request. */
async function recalled(
  values: Iterable<readonly [string, unknown]>,
  errors: Record<string, string> = {},
  options?: RememberFormOptions,
): Promise<RecalledForm> {
  const session = await begin();
  rememberForm(session, "form", { values, errors }, options);
  return recallForm(session, "form");
}

Deno.test("recallForm() gives a blank form when none was refused, and changes nothing", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => {
    const form = recallForm(session, "sign-up");
    assertFalse(form.refused);
    assertEquals(form.values("email"), []);
    assertEquals(form.omitted, []);
    assertEquals(form.value("email"), undefined);
    assertEquals(form.error("email"), undefined);
  });
  assertEquals(visitor.line, null);
});

Deno.test("recallForm() in a frame shows the refused form, once", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => rememberForm(session, "a", ADA));
  const recall = (session: Session<Values>) => recallForm(session, "a").refused;
  const headers = { "sec-fetch-dest": "iframe" };
  assertEquals(await visitor.read(recall, { headers }), true);
  assertEquals(await visitor.read(recall, { headers }), false);
});

Deno.test("recallForm() gives values and errors back, once", async () => {
  const session = await begin();
  const values = [["email", "<nobody>"], ["size", "s"], ["size", "xl"]] as const;
  rememberForm(session, "sign-up", { values, errors: { email: "No e-mail address." } });
  const form = recallForm(session, "sign-up");
  assertEquals(form.refused, true);
  assertEquals(form.value("email"), "<nobody>");
  assertEquals(form.values("size"), ["s", "xl"]);
  assertEquals(form.error("email"), "No e-mail address.");
  assertEquals(form.error("size"), undefined);
  assertFalse(recallForm(session, "sign-up").refused);
});

for (
  const [where, make] of [
    ["a cookie", cookieSessions],
    ["a server's store", () => sessionsIn(new MemoryStore())],
  ] as const
) {
  Deno.test(`recallForm() gives back from ${where} what another request remembered`, async () => {
    const visitor = new Visitor(make());
    const values = [["name", "A\ud800 😀 \u0000"], ["size", ""], ["password", "hunter2"]] as const;
    await visitor.visit((session) => {
      rememberForm(session, "sign-up", { values, errors: { name: "Ö?" } });
    }, { method: "POST" });
    const seen = await visitor.read((session) => {
      const form = recallForm(session, "sign-up");
      return [form.value("name"), form.value("size"), form.error("name"), form.omitted];
    });
    assertEquals(seen, ["A\ud800 😀 \u0000", "", "Ö?", ["password"]]);
    assertFalse(await visitor.read((session) => recallForm(session, "sign-up").refused));
  });
}

Deno.test("recallForm() makes a page that browsers do not bring up again", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => rememberForm(session, "a", BLANK));
  const page = await visitor.visit((session) => void recallForm(session, "a"));
  assertEquals(page.headers.get("cache-control"), "private, no-store");
  const blank = await visitor.visit((session) => void recallForm(session, "a"));
  assertEquals(blank.headers.get("cache-control"), "private, no-cache");
});

Deno.test.each(["max-age=60", "public, max-age=600", "no-cache"])(
  "recallForm() makes a page no-store though the view says %j",
  async (control) => {
    const visitor = new Visitor(sessionsIn(new MemoryStore()));
    await visitor.visit((session) => rememberForm(session, "a", ADA));
    const page = await visitor.visit((session) => {
      recallForm(session, "a");
      return new Response("page", { headers: { "cache-control": control } });
    });
    assertEquals(page.headers.get("cache-control"), "private, no-store");
  },
);

Deno.test.each([204, 205, 302, 303, 304])(
  "recallForm() leaves the refused form where the answer is %d, without a page",
  async (status) => {
    const visitor = new Visitor(sessionsIn(new MemoryStore()));
    await visitor.visit((session) => rememberForm(session, "a", ADA));
    await visitor.visit((session) => {
      recallForm(session, "a");
      rememberForm(session, "b", ADA);
      return new Response(null, { status });
    });
    const seen = await visitor.read((session) =>
      ["a", "b"].map((name) => recallForm(session, name).value("name"))
    );
    assertEquals(seen, ["Ada", "Ada"]);
  },
);

Deno.test("recallForm() has no field that the form had not", async () => {
  const form = await recalled([["__proto__", "x"]], {}, { keep: ["__proto__"] });
  assertEquals(form.value("__proto__"), "x");
  assertEquals(form.value("constructor"), undefined);
  assertEquals(form.error("constructor"), undefined);
});

Deno.test("rememberForm() takes any name for a form", async () => {
  const visitor = new Visitor(cookieSessions());
  const names = ["__proto__", "constructor", "2", "1", ""];
  await visitor.visit((session) => {
    for (const name of names) rememberForm(session, name, { values: [["name", name]], errors: {} });
  });
  const seen = await visitor.read((session) =>
    names.map((name) => recallForm(session, name).value("name"))
  );
  assertEquals(seen, names);
});

Deno.test("Session.takeFlash() and peekFlash() see no remembered form", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => {
    session.flash("Hello");
    rememberForm(session, "sign-up", ADA);
  });
  const hello = [{ level: "info", message: "Hello" }];
  assertEquals(await visitor.read((session) => session.peekFlash()), hello);
  assertEquals(await visitor.read((session) => session.takeFlash()), hello);
  assertEquals(await visitor.read((session) => session.takeFlash("form:sign-up")), []);
  assertEquals(await visitor.read((s) => recallForm(s, "sign-up").value("name")), "Ada");
});

for (
  const [who, headers, method] of [
    ["a HEAD", {}, "HEAD"],
    ["a prefetch", { "sec-purpose": "prefetch" }, "GET"],
    ["a subresource", { "sec-fetch-dest": "image" }, "GET"],
    ["a prefetch of Turbo", { "x-sec-purpose": "prefetch" }, "GET"],
    ["a preload of htmx", { "hx-preloaded": "true" }, "GET"],
  ] as const
) {
  Deno.test(`recallForm() gives ${who} a blank form and leaves the refused one`, async () => {
    const visitor = new Visitor(sessionsIn(new MemoryStore()));
    await visitor.visit((session) =>
      rememberForm(session, "a", { ...ADA, errors: { name: "No" } })
    );
    const unseen = await visitor.read((session) => {
      const form = recallForm(session, "a");
      return [form.refused, form.value("name"), form.error("name")];
    }, { headers, method });
    assertEquals(unseen, [false, undefined, undefined]);
    assertEquals(await visitor.read((session) => recallForm(session, "a").value("name")), "Ada");
  });
}

Deno.test("rememberForm() replaces an earlier refusal of the same form", async () => {
  const session = await begin();
  rememberForm(session, "a", { values: [["name", "1"]], errors: { name: "Wrong." } });
  rememberForm(session, "a", { values: [["name", "2"]], errors: {} });
  const form = recallForm(session, "a");
  assertEquals(form.value("name"), "2");
  assertEquals(form.error("name"), undefined);
  assertFalse(recallForm(session, "a").refused);
});

Deno.test("rememberForm() lets the oldest form go when more than 8 wait", async () => {
  const visitor = new Visitor(cookieSessions());
  // Numbers as names would come in another order from an object; 9 is refused again, so it is new.
  const names = ["9", "8", "7", "6", "5", "4", "3", "2", "9", "1"];
  await visitor.visit((session) => {
    for (const name of names) rememberForm(session, name, BLANK);
  });
  const waiting = await visitor.read((session) =>
    names.filter((name) => recallForm(session, name).refused)
  );
  assertEquals(waiting, ["9", "7", "6", "5", "4", "3", "2", "1"]);
});

Deno.test("Session.clear() and regenerate() keep a refused form, destroy() forgets it", async () => {
  for (
    const [method, kept] of [["clear", true], ["regenerate", true], ["destroy", false]] as const
  ) {
    const session = await begin();
    session.set("counter", 1);
    rememberForm(session, "a", ADA);
    session[method]();
    assertEquals(recallForm(session, "a").refused, kept, method);
  }
});

for (
  const [what, first, left] of [
    [
      "takes from a newer session what it showed",
      (s: Session<Values>) => s.set("counter", 1),
      null,
    ],
    [
      "leaves a refusal that came in the meantime",
      (s: Session<Values>) => rememberForm(s, "a", { values: [["name", "new"]], errors: {} }),
      "new",
    ],
  ] as const
) {
  Deno.test(`recallForm() ${what}`, async () => {
    const sessions = sessionsIn(new MemoryStore());
    const visitor = new Visitor(sessions);
    await visitor.visit((session) => rememberForm(session, "a", ADA));
    const one = await sessions.load(visitor.request());
    const two = await sessions.load(visitor.request());
    first(one);
    await sessions.commit(one, new Response("ok"));
    assertEquals(recallForm(two, "a").value("name"), "Ada");
    await sessions.commit(two, new Response("ok"));
    const seen = await visitor.read((session) => recallForm(session, "a").value("name") ?? null);
    assertEquals(seen, left);
    assertEquals(await visitor.read((s) => s.get("counter")), left === null ? 1 : undefined);
  });
}

Deno.test("rememberForm() and recallForm() keep to the rules for late changes", async () => {
  const session = await begin();
  const within = () =>
    session.update("counter", () => {
      rememberForm(session, "a", BLANK);
      return 1;
    });
  assertThrows(within, TypeError, "Cannot change the session: a function given to update");
  rememberForm(session, "a", BLANK);
  await sessions.commit(session, new Response("ok"));
  const late = "Cannot change the session: its response is already committed";
  assertThrows(() => rememberForm(session, "b", BLANK), TypeError, late);
  assertThrows(() => recallForm(session, "a"), TypeError, late);
  const unread = await begin();
  await sessions.commit(unread, new Response("ok"));
  assertThrows(() => recallForm(unread, "a"), TypeError, "Cannot read the session");
});

/** Names of fields that may hold secrets, or are not known. */
const SECRET = `
  password new_password passwordAgain pass user[pwd] clientSecret csrf_token otp totp-code
  cardNumber card_number cvc CVV2 pin iban pw api_key apiKey cc-number cc mfa_code private_key
  security_answer email_token code number 2fa p1n last4 ssn[0] new current user[new][key]
  name.secret messagePIN birth_date phone_code email_hash account state_nonce favourite_dish
  passenger kennwort motDePasse mot_de_passe пароль пароль_name пароль1name nameПароль
  na\u200bme ｎame namé name\ud800
`;

for (
  const field of [
    ...SECRET.trim().split(/\s+/),
    ...["", "0", "12", "[]", "__proto__", "pass\0word", `${"name_".repeat(21)}name`],
  ]
) {
  Deno.test(`rememberForm() does not remember ${JSON.stringify(field)}`, async () => {
    const form = await recalled([[field, "hunter2"], ["name", "x"]]);
    assertEquals(form.values(field), []);
    assertEquals(form.value("name"), "x");
  });
}

/** Names of fields that plainly hold no secret. */
const HARMLESS = `
  name first_name firstName lastname last-name user[first_name] user.name names[] q email
  e-mail eMail Email E_MAIL emailAddress email2 email_confirmation user_email address address1
  addressLine2 billing.address shipping[street] city zip zip_code ZIP postcode post-code
  postalCode country country_code state region company addresses[0].city tags[] options
  categories items[0].name items[10][quantity] item[] items.0.text cart.items.3.note title
  subject message comment text remember remember_me rememberMe description amount date start_date time phone phone_number tel
  mobile url homepageURL website language search query note topic category color colour size
  username user_name userName family_name given-name
`;

for (const field of HARMLESS.trim().split(/\s+/)) {
  Deno.test(`rememberForm() remembers ${field}`, async () => {
    const form = await recalled([[field, "x"]]);
    assertEquals([form.value(field), form.omitted], ["x", []]);
  });
}

Deno.test("rememberForm() remembers the fields named in keep, and no file", async () => {
  const values = new FormData();
  values.set("secretary", "Ada");
  values.set("Secretary", "Bob");
  values.set("photo", new File(["x"], "me.png"));
  values.set("text", new File(["x"], "me.txt"));
  const form = await recalled(values, {}, { keep: ["secretary", "photo"] });
  assertEquals(form.value("secretary"), "Ada");
  for (const field of ["Secretary", "photo", "text"]) assertEquals(form.values(field), []);
  assertEquals(form.omitted, ["Secretary", "photo", "text"]);
});

Deno.test("RecalledForm.omitted names what the visitor has to type again", async () => {
  const values = new FormData();
  for (const field of "name password password csrf_token pin".split(" ")) values.append(field, "x");
  values.set("api_key", "");
  values.set("photo", new File([], ""));
  values.set("note", "x".repeat(2000));
  const form = await recalled(values, { name: "No." });
  assertEquals(form.omitted, ["password", "pin", "note"]);
});

Deno.test("RecalledForm.omitted takes no more room than there is", async () => {
  const values = Array.from({ length: 1000 }, (_, index) => [`pin${index}`, "x"] as const);
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => {
    rememberForm(session, "a", { values: [["x".repeat(2000), "x"], ...values], errors: {} });
  });
  const omitted = await visitor.read((session) => recallForm(session, "a").omitted);
  assertEquals(omitted[0], "pin0");
  const bytes = JSON.stringify(omitted).length;
  assert(bytes > 900 && bytes <= 1024, `${bytes} bytes`);
});

Deno.test("rememberForm() leaves out what does not fit, the largest first, and keeps errors", async () => {
  const values = [
    ["name", "x"],
    ["comment", "y".repeat(2000)],
    ["note", "ü".repeat(600)],
    ["text", "z".repeat(700)],
  ] as const;
  const form = await recalled(values, { note: "At most 60 characters, please." });
  assertEquals(form.error("note"), "At most 60 characters, please.");
  assertEquals(form.value("name"), "x");
  assertEquals(form.value("text")?.length, 700);
  assertEquals([form.value("note"), form.value("comment")], [undefined, undefined]);
  assertEquals(form.omitted, ["comment", "note"]); // in the form's order
  const wide = await recalled(values.slice(0, 3), {}, { maxBytes: 3300 });
  assertEquals(wide.value("note")?.length, 600);
});

Deno.test("rememberForm() remembers a field of many values whole or not at all", async () => {
  const many = Array.from({ length: 200 }, (_, index) => ["tags", `${index}`] as const);
  const form = await recalled([...many, ["name", "x".repeat(700)]]);
  assertEquals([form.values("tags"), form.value("name")?.length], [[], 700]);
  assertEquals(form.omitted, ["tags"]);
});

Deno.test("rememberForm() cuts errors from the end when they alone do not fit", async () => {
  const errors = { name: "No.", email: "x".repeat(900), city: "y".repeat(200), zip: "No." };
  const form = await recalled([["name", "x"]], errors);
  assertEquals(form.error("email")?.length, 900);
  assertEquals([form.error("city"), form.error("zip")], [undefined, undefined]);
  const none = await recalled([["name", "x"]], errors, { maxBytes: 0 });
  assert(none.refused);
  assertEquals(none.error("name"), undefined);
  assertEquals(none.value("name"), undefined);
});

for (const maxBytes of [100, 1024, 2048]) {
  Deno.test(`rememberForm() writes no more than ${maxBytes} bytes`, async () => {
    const values = Array.from({ length: 3000 }, (_, index) => [`item${index}`, "\u0001ü"] as const);
    const visitor = new Visitor(cookieSessions());
    const sizes = await visitor.read((session) => {
      const errors = { name: '"'.repeat(20) };
      rememberForm(session, "", { values, errors }, { maxBytes });
      return inspect(session).sizes;
    });
    const bytes = (sizes[0]?.bytes ?? 0) - '"remembered forms":[["",]]}'.length;
    assert(bytes <= maxBytes && bytes > maxBytes - 40, `${bytes} bytes`);
  });
}

Deno.test("rememberForm() is quick with whatever a visitor sends", async () => {
  const start = performance.now();
  const long = "A".repeat(500_000);
  const values = Array.from({ length: 100_000 }, () => ["name", "x"] as const);
  const names = [[long, long], ["name", long], ["aA".repeat(99_999), "x"]] as const;
  assert((await recalled([...names, ...values])).refused);
  const took = performance.now() - start;
  assert(took < 2000, `it took ${took} ms`);
});

Deno.test("inspect() counts remembered forms and messages", async () => {
  const sessions = cookieSessions();
  const session = await sessions.load(new Request("http://localhost/"));
  assertEquals(inspect(session).sizes, []);
  session.set("counter", 1).flash("Hello");
  rememberForm(session, "a", { values: [["text", "x".repeat(500)]], errors: {} });
  const { sizes } = inspect(session);
  const keys = sizes.map(({ key }) => key);
  assertEquals(keys, ["remembered forms", "flash messages", "counter"]);
  assert((sizes[0]?.bytes ?? 0) > 500);
});

Deno.test("MemoryStore.save() names forms and messages among what takes the room", async () => {
  const visitor = new Visitor(sessionsIn(new MemoryStore({ maxBytes: 600 })));
  let error: unknown;
  await visitor.visit((session) => {
    for (let count = 0; count < 20; count++) session.flash("x".repeat(100));
    rememberForm(session, "a", { values: [["text", "x".repeat(500)]], errors: {} });
  }).catch((thrown) => error = thrown);
  assert(error instanceof SessionSizeError);
  assertEquals(error.report.largest.map(({ key }) => key), ["flash messages", "remembered forms"]);
});
