// Programs that a test run starts and must not leave behind.

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const START_PATIENCE_MS = 30_000;
const END_PATIENCE_MS = 5_000;

/** @typedef {{ name: string, said: () => string, ended: () => boolean, stop: () => Promise<void>, output: import('node:stream').Readable | null }} Program */

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
// However this process ends, what it started ends with it.
process.on('exit', () => {
  for (const child of running) end(child, 'SIGKILL');
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => process.exit(1));

/**
 * Ends a program and what it started itself: a driver that lost its browser leaves it running.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function end({ pid }, signal) {
  try {
    if (pid) process.kill(-pid, signal);
  } catch {
    // None of them is left.
  }
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string | undefined>, output?: boolean }} [options]
 *   `env` is added to this process's own; `output`: what it writes is data, to be read from `output`
 * @returns {Program}
 */
export function start(command, args, { env = {}, output = false } = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  running.add(child);
  let said = '';
  /** @param {unknown} text */
  const hear = (text) => (said = (said + text).slice(-4000));
  child.stderr.on('data', hear);
  if (!output) child.stdout.on('data', hear);
  child.on('error', hear);
  let over = false;
  const left = new Promise((resolve) => {
    child.once('close', resolve);
    child.once('error', resolve);
  }).then(() => {
    over = true;
    running.delete(child);
  });
  return {
    name: command,
    said: () => said,
    ended: () => over,
    output: output ? child.stdout : null,
    stop: async () => {
      if (over) return;
      end(child, 'SIGTERM');
      const last = setTimeout(() => end(child, 'SIGKILL'), END_PATIENCE_MS);
      await left;
      clearTimeout(last);
    },
  };
}

/**
 * Waits until a program does what it was started for.
 *
 * @param {Program} program
 * @param {() => Promise<boolean> | boolean} does
 */
export async function ready(program, does) {
  const deadline = Date.now() + START_PATIENCE_MS;
  while (Date.now() < deadline) {
    if (program.ended()) break;
    if (await does()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const what = program.ended() ? 'ended at once' : `was not ready within ${START_PATIENCE_MS} ms`;
  const said = program.said();
  await program.stop();
  throw new Error(`${program.name} ${what}; it said:\n${said}`);
}

/** @param {string | URL} url */
export async function answers(url) {
  const answer = await fetch(url).catch(() => null);
  return answer?.ok === true;
}

/** What programs say when their port is another's. */
const TAKEN = /address (already )?in use|EADDRINUSE|unable to start server|bind/i;
const PORTS = 4;

/**
 * Begins something at a port that is free; at another one where somebody else was quicker to take it.
 *
 * @template Begun
 * @param {(port: number) => Promise<Begun>} begin  fails with what the program said
 * @returns {Promise<Begun>}
 */
export async function atFreePort(begin) {
  for (let left = PORTS - 1; ; left -= 1) {
    try {
      return await begin(await freePort());
    } catch (error) {
      if (left === 0 || !TAKEN.test(String(error))) throw error;
    }
  }
}

/** One that nobody had a moment ago. @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
