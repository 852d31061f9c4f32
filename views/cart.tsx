import type { JSX } from "preact";
import {
  HttpError,
  type RecalledForm,
  recallForm,
  redirect,
  rememberForm,
  type Session,
  type View,
} from "../src/mod.ts";
import { CsrfField } from "./csrf_field.tsx";
import { Layout } from "./layout.tsx";
import { page } from "./render.tsx";
import { TextField } from "./text_field.tsx";
import type { Visitor } from "./visitor.ts";

const FORM = "cart";
const MAX_LENGTH = 500;

/** `GET /cart`: what is in the cart, and a form to add more. */
export const cartView: View<Visitor> = ({ session }) => {
  const form = recallForm(session, FORM);
  const title = form.refused ? "Error: Your cart · Satchel" : "Your cart · Satchel";
  return page(
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
        {items.map((item, index) => (
          <li>
            <span>{item}</span>
            <button name="index" value={index} aria-label={`Remove ${item}`}>Remove</button>
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
  const item = String(values.get("item") ?? "").trim();
  if (item.length > MAX_LENGTH) {
    throw new HttpError(
      422,
      `An item's name can have ${MAX_LENGTH} characters, this one has ${item.length}.`,
    );
  }
  if (item === "") {
    rememberForm(session, FORM, { values, errors: { item: "Say what to put into the cart." } });
  } else {
    session.update("cart", (items = []) => [...items, item]);
    session.flash("Your item was added.", { level: "success" });
  }
  return redirect("/cart");
};

/** `POST /cart/remove`: takes the item with the number `index` out again, if it is still there. */
export const removeItemView: View<Visitor> = async (context) => {
  const { session } = context;
  const text = String((await context.form()).get("index"));
  const index = /^\d+$/.test(text) ? Number(text) : -1;
  const item = session.get("cart")?.[index];
  if (item === undefined) {
    session.flash("That item is no longer in your cart.", { level: "warning" });
  } else {
    // A parallel request may have moved the items: what was pointed at goes, and nothing else.
    session.update(
      "cart",
      (items = []) => items[index] === item ? items.toSpliced(index, 1) : items,
    );
    session.flash(`“${item}” was removed.`);
  }
  return redirect("/cart");
};

/** `POST /cart/clear`: empties the cart. */
export const clearCartView: View<Visitor> = ({ session }) => {
  session.delete("cart");
  session.flash("Your cart is empty again.");
  return redirect("/cart");
};
