import type { Problem } from "../src/web/mod.ts";
import { Layout } from "./layout.tsx";
import { renderDocument } from "./render.tsx";

/** Advice for the visitor, by status. */
const ADVICE: Readonly<Record<number, string>> = {
  400: "Check the address, or go back and try once more.",
  403: "Nothing was changed.",
  404: "The address may be mistyped, or the page has moved.",
  405: "This address answers other requests than the one that was made.",
  409: "Signing in or out in another tab does that. Go back, and load the page before you send it.",
  413: "Nothing was changed. Remove something, or send less.",
  415: "Send the form from the page it belongs to.",
  422: "Nothing was changed. Go back, mend the entry and send it once more.",
  500: "It is not your doing. Nothing was changed; try again in a while.",
  503: "Nothing is lost. Try again in a few seconds.",
};

/** Renders the page of a failed request, in the frame of the site. It reads no session. */
export function errorPage({ status, title, detail, form }: Problem): string {
  return renderDocument(
    <Layout title={`${title} · Satchel`}>
      <p class="status">{status}</p>
      <h1>{title}</h1>
      {detail !== "" && <p>{/[.!?]$/.test(detail) ? detail : `${detail}.`}</p>}
      {form
        ? <div class="card" dangerouslySetInnerHTML={{ __html: form }} />
        : ADVICE[status] && <p>{ADVICE[status]}</p>}
      <p>
        <a href="/">To the first page</a>
        {status === 413 && (
          <>
            · <a href="/cart">To the cart</a>
          </>
        )}
      </p>
    </Layout>,
  );
}
