import { denoServer, type HeaderList, type SatchelHeaders } from "./contestants.ts";
import { startServer } from "./server_process.ts";

/** Headers that the server, not the application, adds to each response. */
const SERVER_HEADERS = ["content-length", "date"];

/** Asks Satchel which headers it sends, so that the limits can send the very same. */
export async function satchelHeaders(): Promise<SatchelHeaders> {
  const server = await startServer(denoServer("satchel"));
  try {
    let cookie = "";
    const headersOf = async (path: string): Promise<HeaderList> => {
      // The load client accepts no compression either.
      const { headers, body } = await fetch(`http://127.0.0.1:${server.port}${path}`, {
        headers: { cookie, "accept-encoding": "identity" },
      });
      await body?.cancel();
      cookie = headers.getSetCookie()[0]?.split(";")[0] ?? cookie;
      return [...headers].filter(([name]) => !SERVER_HEADERS.includes(name));
    };
    return {
      counter: await headersOf("/"),
      read: await headersOf("/read"),
      plain: await headersOf("/plain"),
    };
  } finally {
    await server.stop();
  }
}
