import { isTrustworthy, type SameSite } from "./cookie_jar.ts";

/** How a browser makes a request: as `fetch` takes it, and what the page around it decides. */
export interface TestRequestInit extends RequestInit {
  /**
   * The address of the page that makes the request: `https://evil.example` for a cross-site one.
   * Default: the visitor typed the address of a page; anything else comes from a page of this site.
   */
  readonly from?: string;
  /**
   * What the request is for, as `Sec-Fetch-Dest` names it: `document` for a page, `iframe`, `image`,
   * `script`, …, `empty` for the `fetch` of a script. Default: `document`.
   */
  readonly dest?: string;
  /** Whether the page is fetched ahead, and the visitor does not see it yet. Default: false. */
  readonly prefetch?: boolean;
}

/** The part of a request that a browser adds by itself. */
export interface BrowserHeaders {
  /** `Origin`, `Sec-Fetch-*` and `Sec-Purpose`. */
  readonly headers: Record<string, string>;
  /** The strictest cookies that the request carries. */
  readonly sent: SameSite;
  /** The strictest cookies that its response may set. */
  readonly accepted: SameSite;
}

/**
 * Finds the headers of a request as browsers send them: Fetch Metadata (W3C) where the connection is
 * trustworthy, and `Origin` with every unsafe method and with a script's request to another origin.
 */
export function browserHeaders(url: URL, init: TestRequestInit): BrowserHeaders {
  const { dest = "document", prefetch = false, method = "GET" } = init;
  const isSafe = /^(GET|HEAD)$/i.test(method);
  const isTyped = init.from === undefined && dest === "document" && isSafe && !prefetch;
  const from = init.from === undefined ? url : new URL(init.from, url);
  const site = isTyped ? "none" : siteOf(from, url);
  const mode = /^(document|iframe|frame|embed|object)$/.test(dest)
    ? "navigate"
    : dest === "empty"
    ? "cors"
    : "no-cors";
  const headers: Record<string, string> = {};
  if (isTrustworthy(url.href)) {
    Object.assign(headers, {
      "sec-fetch-site": site,
      "sec-fetch-mode": mode,
      "sec-fetch-dest": dest,
    });
    if (dest === "document" && !prefetch) headers["sec-fetch-user"] = "?1";
  }
  if (!isSafe || (mode === "cors" && site !== "same-origin")) headers.origin = from.origin;
  if (prefetch) headers["sec-purpose"] = "prefetch";

  const isForeign = site === "cross-site";
  const isTopLevel = dest === "document";
  return {
    headers,
    sent: !isForeign ? "Strict" : isTopLevel && isSafe ? "Lax" : "None",
    accepted: !isForeign || isTopLevel ? "Strict" : "None",
  };
}

function siteOf(from: URL, to: URL): "same-origin" | "same-site" | "cross-site" {
  if (from.origin === to.origin) return "same-origin";
  const isSame = from.protocol === to.protocol && domainOf(from) === domainOf(to);
  return isSame ? "same-site" : "cross-site";
}

/** The last two labels, since there is no list of public suffixes here; an address is whole. */
function domainOf({ hostname }: URL): string {
  return /^[\d.]+$|^\[/.test(hostname) ? hostname : hostname.split(".").slice(-2).join(".");
}
