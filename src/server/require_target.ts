import type { Handler } from "./request_log.ts";

/**
 * Wraps a handler to answer 400 to requests that HTTP does not allow and `Deno.serve` lets pass
 * (RFC 9112, sections 3.2 and 3.2.1): one without `Host`, for which it puts `localhost` and its own
 * port; a target with a fragment, which proxies read as a part of the path; a target of another
 * scheme.
 *
 * HTTP/2 needs no `Host`. It cannot be told apart where a client without encryption names the server
 * `localhost`, with its port, so such a client has to name `127.0.0.1`.
 *
 * @param handler Answers all other requests.
 * @param port Tells the port that the server listens on.
 * @returns The handler.
 */
export function requireTarget(handler: Handler, port: () => number): Handler {
  return (request) => {
    const { url, headers } = request;
    const isNamed = headers.has("host") || !url.startsWith(`http://localhost:${port()}/`);
    if (isNamed && !url.includes("#") && /^https?:/i.test(url)) return handler(request);
    return new Response("The request does not say where it goes\n", {
      status: 400,
      headers: { "x-content-type-options": "nosniff" },
    });
  };
}
