// A proxy that has the server below a path of its own, and nothing else.
import { createServer, request } from "node:http";

/** Passes on what is below a path: as it was asked for, or with the path taken off. */
export async function startProxy(server, path, strips) {
  const options = ({ method, url, headers }) =>
    url === path || url.startsWith(`${path}/`) ? { method, headers, path: strips ? url.slice(path.length) || "/" : url, host: "127.0.0.1", port: new URL(server.url).port } : null;
  const proxy = createServer((asked, answer) => {
    const to = options(asked);
    if (!to) return void answer.writeHead(404).end();
    asked.pipe(request(to, (got) => got.pipe(answer.writeHead(got.statusCode, got.headers))).on("error", () => answer.destroy()));
  });
  proxy.on("upgrade", (asked, socket) => {
    const to = options(asked);
    if (!to) return void socket.destroy();
    request(to).on("error", () => socket.destroy()).on("upgrade", (got, upstream) => {
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${Object.entries(got.headers).map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
      for (const [from, into] of [[socket, upstream], [upstream, socket]]) from.on("error", () => into.destroy()).pipe(into);
    }).end();
  });
  await new Promise((listening) => proxy.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${proxy.address().port}`,
    stop: () => { proxy.closeAllConnections(); proxy.close(); },
  };
}
