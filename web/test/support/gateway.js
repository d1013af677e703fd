// The real gateway, on a free port, with a data folder of its own.

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { answers, atFreePort, ready, start } from './programs.js';

/** `lastWords`: what it said, once it has ended by itself. @typedef {{ url: string, lastWords: () => string | null, stop: () => Promise<void> }} Gateway */

/**
 * @param {Record<string, string>} [settings]  environment variables of the gateway
 * @returns {Promise<Gateway>}
 */
export async function startGateway(settings = {}) {
  const binary = process.env.SAYWELL_BIN;
  if (!binary) throw new Error('set SAYWELL_BIN to the saywell binary, such as target/debug/saywell');
  if (!existsSync(binary)) throw new Error(`SAYWELL_BIN names ${binary}, which does not exist; build it first`);
  const data = await mkdtemp(join(tmpdir(), 'saywell-web-test-'));
  const { program, url } = await atFreePort(async (port) => {
    const program = start(binary, ['serve'], {
      env: { TTS_LISTEN: '127.0.0.1', PORT: String(port), TTS_DATA_DIR: data, ...settings },
    });
    const url = `http://127.0.0.1:${port}/`;
    await ready(program, () => answers(`${url}readyz`));
    return { program, url };
  });
  return {
    url,
    lastWords: () => (program.ended() ? program.said() : null),
    stop: async () => {
      await program.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}
