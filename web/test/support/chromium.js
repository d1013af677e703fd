// The real gateway and a real browser, for tests and screenshots.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium';
const START_PATIENCE_MS = 30_000;

/**
 * Starts `saywell serve` on a free port with a data folder of its own.
 *
 * @param {Record<string, string>} [settings] Environment variables beside those of this process.
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function startGateway(settings = {}) {
  const binary = process.env.SAYWELL_BIN;
  if (!binary) throw new Error('set SAYWELL_BIN to the saywell binary, such as target/release/saywell');
  if (!existsSync(binary)) throw new Error(`SAYWELL_BIN names ${binary}, which does not exist; build it first`);
  const [port, data] = [await freePort(), await mkdtemp(join(tmpdir(), 'saywell-web-test-'))];
  const child = spawn(binary, ['serve'], {
    env: { ...process.env, TTS_LISTEN: '127.0.0.1', PORT: String(port), TTS_DATA_DIR: data, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  const left = new Promise((resolve) => child.once('exit', resolve));
  const url = `http://127.0.0.1:${port}/`;
  const stop = async () => {
    child.kill('SIGTERM');
    await left;
    await rm(data, { recursive: true, force: true });
  };
  try {
    await ready(url, child);
  } catch (cause) {
    await stop();
    throw new Error(`saywell serve did not become ready; it said:\n${said}`, { cause });
  }
  return { url, stop };
}

/** Chromium as a listener has it: autoplay refused without a gesture. */
export async function startBrowser() {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`${CHROMIUM} is missing; install Debian's chromium or set CHROMIUM_BIN`);
  }
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox', // The tests also run as root.
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * @param {string} url
 * @param {import('node:child_process').ChildProcess} child
 */
async function ready(url, child) {
  const deadline = Date.now() + START_PATIENCE_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    const answer = await fetch(new URL('readyz', url)).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no answer within ${START_PATIENCE_MS} ms`);
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
