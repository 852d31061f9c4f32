/** The page of every contestant: the tutorial's, so that all of them send the same bytes. */
export function page(count: number, message = ""): string {
  const status = message === "" ? "" : `<p role="status">${message}</p>`;
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">` +
    `<title>Quick Tutorial: Home View</title></head>` +
    `<body>${status}<h1>Hi Home View</h1><p>Count: ${count}</p></body></html>`;
}
