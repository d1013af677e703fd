// A stand-in for a speech service, as the gateway's own tests use it, so that the service's official SDK can judge it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join, resolve } from "node:path";

const BINARY = process.env.SAYWELL_BIN ?? "../../target/debug/saywell";
const STUB = resolve(process.env.SAYWELL_STUB ?? join(dirname(BINARY), "saywell-stub"));

/** Starts `saywell-stub NAME` and answers once it says where it listens. */
export async function startStub(name, ...options) {
  const stub = spawn(STUB, [name, ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await Promise.race([
    once(stub.stdout, "data"),
    once(stub, "exit").then(([code]) => Promise.reject(new Error(`saywell-stub ended with ${code}`))),
  ]);
  const url = said.toString().match(/http:\/\/127\.0\.0\.1:\d+/)[0];
  return {
    url,
    /** What it was asked so far. */
    requests: async () => (await fetch(`${url}/_requests`)).json(),
    async stop() {
      const ended = once(stub, "exit");
      stub.kill("SIGINT");
      await ended;
    },
  };
}
