/**
 * Tells whether a request asks for a WebSocket (RFC 6455, section 4.1), whatever its method. Such a
 * request is a GET, but what comes after it is not safe: the page that opened it sends messages in
 * the visitor's name, and reads the answers.
 *
 * @param request The request.
 * @returns Whether its `Upgrade` header names `websocket`, in any case, alone or in a list.
 */
export function isWebSocketUpgrade({ headers }: { readonly headers: Headers }): boolean {
  const upgrade = headers.get("upgrade");
  return upgrade !== null && upgrade.toLowerCase().includes("websocket");
}
