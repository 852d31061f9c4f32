import type { ComponentChildren, JSX } from "preact";
import type { Session } from "../src/session/mod.ts";
import { MARK, STYLE } from "./assets.ts";
import { FlashList } from "./flash_list.tsx";
import type { Visitor } from "./visitor.ts";

/** Properties of the layout. */
export interface LayoutProps {
  /** The title of the document. */
  title: string;
  /** The path of the page, whose link is marked as the current one. */
  path?: string;
  /** The visitor's session, if its flash messages are to be shown. */
  session?: Session<Visitor>;
  /** The page: its heading and everything after it. */
  children?: ComponentChildren;
}

/** The frame of every page: head, navigation, flash messages. */
export function Layout({ title, path, session, children }: LayoutProps): JSX.Element {
  const here = (href: string): "page" | undefined => href === path ? "page" : undefined;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="stylesheet" href={STYLE} />
        <link rel="icon" href={MARK} type="image/svg+xml" />
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header>
          <a class="brand" href="/">
            <img src={MARK} alt="" width="32" height="32" />Satchel
          </a>
          <nav aria-label="Pages">
            <ul>
              <li>
                <a href="/" aria-current={here("/")}>Home</a>
              </li>
              <li>
                <a href="/howdy" aria-current={here("/howdy")}>Howdy</a>
              </li>
              <li>
                <a href="/cart" aria-current={here("/cart")}>Cart</a>
              </li>
              <li>
                <a href="/session" aria-current={here("/session")}>Session</a>
              </li>
              <li>
                <a href="/sign-in" aria-current={here("/sign-in")}>Sign in</a>
              </li>
            </ul>
          </nav>
        </header>
        <main id="main">
          {session && <FlashList session={session} />}
          {children}
        </main>
        <footer>
          <p>Transient data, carried by its visitor.</p>
        </footer>
      </body>
    </html>
  );
}
