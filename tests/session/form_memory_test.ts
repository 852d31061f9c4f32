import { assertEquals, assertFalse, assertThrows } from "@std/assert";
import {
  CookieStore,
  generateSecret,
  HttpError,
  recallForm,
  rememberForm,
  type Session,
  Sessions,
} from "../../src/mod.ts";

const sessions = new Sessions({ store: new CookieStore({ secrets: [generateSecret()] }) });

function begin(headers: HeadersInit = {}, method = "GET"): Session | Promise<Session> {
  return sessions.load(new Request("http://localhost/", { method, headers }));
}

Deno.test("recallForm() gives a blank form when none was refused", async () => {
  const form = recallForm(await begin(), "sign-up");
  assertFalse(form.refused);
  assertEquals(form.value("email"), undefined);
  assertEquals(form.values("email"), []);
  assertEquals(form.error("email"), undefined);
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

Deno.test("recallForm() has no field that the form had not", async () => {
  const session = await begin();
  rememberForm(session, "a", { values: [["__proto__", "x"]], errors: {} });
  const form = recallForm(session, "a");
  assertEquals(form.value("__proto__"), "x");
  assertEquals(form.value("constructor"), undefined);
  assertEquals(form.error("constructor"), undefined);
});

Deno.test("recallForm() keeps the forms of a site apart, and from other messages", async () => {
  const session = await begin();
  session.flash("Hello");
  rememberForm(session, "one", { values: [["a", "1"]], errors: {} });
  rememberForm(session, "two", { values: [["a", "2"]], errors: {} });
  assertEquals(recallForm(session, "two").value("a"), "2");
  assertEquals(recallForm(session, "one").value("a"), "1");
  assertEquals(session.takeFlash(), [{ level: "info", message: "Hello" }]);
});

for (
  const [who, headers, method] of [
    ["a HEAD", {}, "HEAD"],
    ["a prefetch", { "sec-purpose": "prefetch" }, "GET"],
    ["a subresource", { "sec-fetch-dest": "image" }, "GET"],
  ] as const
) {
  Deno.test(`recallForm() is not used up by ${who}`, async () => {
    const session = await begin(headers, method);
    rememberForm(session, "a", { values: [["a", "1"]], errors: {} });
    recallForm(session, "a");
    assertEquals(recallForm(session, "a").value("a"), "1");
  });
}

Deno.test("rememberForm() replaces an earlier refusal of the same form", async () => {
  const session = await begin();
  rememberForm(session, "a", { values: [["a", "1"]], errors: { a: "Wrong." } });
  rememberForm(session, "a", { values: [["a", "2"]], errors: {} });
  assertEquals(session.peekFlash().length, 1);
  const form = recallForm(session, "a");
  assertEquals(form.value("a"), "2");
  assertEquals(form.error("a"), undefined);
});

for (
  const field of [
    "password",
    "new_password",
    "passwordAgain",
    "pass",
    "user[pwd]",
    "clientSecret",
    "csrf_token",
    "otp",
    "totp-code",
    "cardNumber",
    "card_number",
    "cvc",
    "CVV2",
    "pin",
    "iban",
  ]
) {
  Deno.test(`rememberForm() does not remember ${field}`, async () => {
    const session = await begin();
    rememberForm(session, "a", { values: [[field, "hunter2"], ["b", "x"]], errors: {} });
    assertFalse(session.peekFlash()[0]?.message.includes("hunter2"));
    assertEquals(recallForm(session, "a").value("b"), "x");
  });
}

for (const field of ["passenger", "footprint", "spinner", "compass", "item", "postcard"]) {
  Deno.test(`rememberForm() remembers ${field}`, async () => {
    const session = await begin();
    rememberForm(session, "a", { values: [[field, "x"]], errors: {} });
    assertEquals(recallForm(session, "a").value(field), "x");
  });
}

Deno.test("rememberForm() remembers a secret-sounding field when told, and no file", async () => {
  const session = await begin();
  const values = new FormData();
  values.set("secretary", "Ada");
  values.set("photo", new File(["x"], "me.png"));
  rememberForm(session, "a", { values, errors: {} }, { keep: ["secretary"] });
  const form = recallForm(session, "a");
  assertEquals(form.value("secretary"), "Ada");
  assertEquals(form.value("photo"), undefined);
});

Deno.test("rememberForm() refuses more bytes than its limit", async () => {
  const session = await begin();
  const values = [["short", "x"], ["note", "ü".repeat(600)]] as const;
  const error = assertThrows(
    () => rememberForm(session, "letter", { values, errors: {} }),
    HttpError,
    "Cannot remember the form letter: what was typed takes 1232 bytes, at most 1024 fit",
  );
  assertEquals(error.status, 413);
  assertEquals(session.peekFlash(), []);
  rememberForm(session, "letter", { values, errors: {} }, { maxBytes: 1232 });
  assertEquals(recallForm(session, "letter").value("note")?.length, 600);
});
