// TLS in front of a server that speaks none, as a proxy gives it, for clients that insist on it.

import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { promisify } from "node:util";

/** Answers with an address that leads to the one at `url`, encrypted with a certificate made for it. */
export async function startTls(url) {
  const folder = await mkdtemp(join(tmpdir(), "saywell-tls-"));
  const [keyFile, certFile] = [join(folder, "key"), join(folder, "cert")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
  const subject = ["-subj", "/CN=saywell", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"];
  await promisify(execFile)("openssl", ["req", "-x509", ...curve, "-keyout", keyFile, "-out", certFile, ...subject]);
  const [key, cert] = await Promise.all([readFile(keyFile), readFile(certFile)]);
  await rm(folder, { recursive: true });
  const { hostname, port } = new URL(url);
  const open = new Set();
  const server = createServer({ key, cert, ALPNProtocols: ["http/1.1"] }, (near) => {
    const far = connect(Number(port), hostname);
    for (const [one, other] of [[near, far], [far, near]]) {
      open.add(one);
      one.pipe(other);
      // Who hangs up takes the other end along; how it did so is seen there.
      one.on("error", () => {}).on("close", () => open.delete(one) && other.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `https://127.0.0.1:${server.address().port}`,
    /** Who signed the certificate: itself. */
    authority: cert,
    async stop() {
      const ended = once(server, "close");
      server.close();
      for (const end of open) end.destroy();
      await ended;
    },
  };
}
