import type { Session } from "../../src/session/mod.ts";
import { readForm, type View } from "../../src/web/mod.ts";
import type { Visitor } from "../../views/routes.ts";
import { site } from "../support/site.ts";

/** Calls a view directly, on a blank session, or on the one given. */
export async function call(
  view: View<Visitor>,
  session?: Session<Visitor>,
  request: Request = new Request("http://localhost/"),
): Promise<{ response: Response; session: Session<Visitor> }> {
  session ??= await site().sessions.load(request);
  const form = () => readForm(request);
  return { response: await view({ request, params: {}, form, session }), session };
}
