import type { JSX } from "preact";
import type { Session } from "../src/session/mod.ts";
import {
  HttpError,
  type RecalledForm,
  recallForm,
  redirect,
  rememberForm,
  type View,
} from "../src/web/mod.ts";
import { CsrfField } from "./csrf_field.tsx";
import { Layout } from "./layout.tsx";
import { formPage } from "./render.tsx";
import { TextField } from "./text_field.tsx";
import type { Visitor } from "./visitor.ts";

const FORM = "cart";
const MAX_LENGTH = 500;

/** `GET /cart`: the items in the cart, and a form to add more. */
export const cartView: View<Visitor> = ({ session }) => {
  const form = recallForm(session, FORM);
  const title = form.refused ? "Error: Your cart · Satchel" : "Your cart · Satchel";
  return formPage(
    <Layout title={title} path="/cart" session={session}>
      <h1>Your cart</h1>
      <Items session={session} items={session.get("cart") ?? []} />
      <AddForm session={session} form={form} />
    </Layout>,
  );
};

function Items(
  { session, items }: { session: Session<Visitor>; items: readonly string[] },
): JSX.Element {
  if (items.length === 0) return <p>There is nothing in it yet.</p>;
  return (
    <form method="post" action="/cart/remove">
      <CsrfField session={session} />
      <ol class="rows">
        {items.map((item) => (
          <li>
            <span>{item}</span>
            <button name="item" value={onOneLine(item)} aria-label={`Remove ${item}`}>
              Remove
            </button>
          </li>
        ))}
      </ol>
      <button formaction="/cart/clear">Empty the cart</button>
    </form>
  );
}

function AddForm(
  { session, form }: { session: Session<Visitor>; form: RecalledForm },
): JSX.Element {
  return (
    <form method="post" action="/cart" class="card">
      <CsrfField session={session} />
      <TextField form={form} name="item" label="Item" maxLength={MAX_LENGTH} />
      <button class="primary">Add to cart</button>
    </form>
  );
}

/** `POST /cart`: puts the field `item` into the cart. */
export const addItemView: View<Visitor> = async (context) => {
  const { session } = context;
  const values = await context.form();
  const typed = String(values.get("item") ?? "").trim();
  if (typed.length > MAX_LENGTH) {
    throw new HttpError(
      422,
      `An item's name can have ${MAX_LENGTH} characters, this one has ${typed.length}.`,
    );
  }
  const item = onOneLine(typed);
  if (item === "") {
    rememberForm(session, FORM, { values, errors: { item: "Say what to put into the cart." } });
  } else {
    session.update("cart", (items = []) => [...items, item]);
    session.flash("Your item was added.", { level: "success" });
  }
  return redirect("/cart");
};

/** `POST /cart/remove`: removes one item with the text `item`, if there is one. */
export const removeItemView: View<Visitor> = async (context) => {
  const { session } = context;
  const item = onOneLine(String((await context.form()).get("item") ?? ""));
  const find = (items: readonly string[]) => items.findIndex((other) => onOneLine(other) === item);
  if (find(session.get("cart") ?? []) === -1) {
    session.flash("That item is no longer in your cart.", { level: "warning" });
  } else {
    // A parallel request may have changed the cart since, so the item is looked up again.
    session.update("cart", (items = []) => {
      const index = find(items);
      return index === -1 ? items : items.toSpliced(index, 1);
    });
    session.flash(`“${item}” was removed.`);
  }
  return redirect("/cart");
};

/**
 * Writes a text as browsers send it back from a form, so that it can be found again: they change line
 * ends, lone surrogates and the character NUL.
 */
function onOneLine(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

/** `POST /cart/clear`: empties the cart. */
export const clearCartView: View<Visitor> = ({ session }) => {
  session.delete("cart");
  session.flash("Your cart is empty again.");
  return redirect("/cart");
};
