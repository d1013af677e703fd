// The real gateway as a test from outside sees it: started on a free port, with a data folder of its own.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { once } from "node:events";
import { promisify } from "node:util";

const BINARY = resolve(process.env.SAYWELL_BIN ?? "../../target/debug/saywell");

/** Starts `saywell serve` and answers once it says where it listens. */
export async function startGateway(settings = {}) {
  const folder = await mkdtemp(join(tmpdir(), "saywell-test-"));
  // Nothing of the developer's own environment: no keys, no settings, no proxy.
  const env = { PATH: process.env.PATH, HOME: folder, TTS_LISTEN: "127.0.0.1:0", TTS_DATA_DIR: join(folder, "data"), ...settings };
  const gateway = spawn(BINARY, ["serve"], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const url = await new Promise((listening, failed) => {
    const read = (chunk) => {
      said += chunk;
      const address = said.match(/http:\/\/127\.0\.0\.1:\d+(?=\s)/);
      if (address) listening(address[0]);
    };
    gateway.stdout.on("data", read);
    gateway.stderr.on("data", read);
    gateway.on("error", failed);
    gateway.on("exit", (code) => failed(new Error(`saywell serve ended with ${code}. It said:\n${said}`)));
  });
  return {
    url,
    /** An API key, as the operator mints it beside the running gateway. */
    async mint() {
      const { stdout } = await promisify(execFile)(BINARY, ["key", "mint", "--name", "tests"], { cwd: folder, env });
      return stdout.match(/saywell_\S+/)[0];
    },
    async stop() {
      gateway.removeAllListeners("exit");
      const ended = once(gateway, "exit");
      gateway.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}
