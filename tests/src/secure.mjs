// A service behind TLS. It prints its port, and a line of JSON for each request.
import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";

const [cert, key, ca, version] = process.argv.slice(1);
const client = version !== "";
const server = createSecureServer({
  cert: readFileSync(cert),
  key: readFileSync(key),
  ca: readFileSync(ca),
  allowHTTP1: true,
  maxVersion: version || undefined,
  requestCert: client,
  rejectUnauthorized: client,
});
let connections = 0;
server.on("secureConnection", (socket) => {
  connections += 1;
  socket.number = connections;
});
server.on("request", (request, response) => {
  const socket = request.stream?.session?.socket ?? request.socket;
  const seen = {
    version: request.httpVersion,
    path: request.url,
    connection: connections,
    client: socket.getPeerCertificate()?.subject?.CN ?? null,
    headers: request.headers,
  };
  console.log(JSON.stringify(seen));
  response.setHeader("Content-Type", "text/plain");
  response.end("there");
});
server.on("tlsClientError", () => {});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
