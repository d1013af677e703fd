// The speech synthesiser of a Linux desktop, which Chromium and Firefox ask to speak: Speech Dispatcher
// with eSpeak NG, on a socket of its own. WebKitGTK brings its own, Flite.

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ready, start } from './programs.js';

/**
 * @param {Record<string, string>} env  where its sound goes
 * @returns {Promise<{ env: Record<string, string>, stop: () => Promise<void> }>}
 */
export async function startSynthesiser(env) {
  const folder = await mkdtemp(join(tmpdir(), 'saywell-speech-'));
  const socket = join(folder, 'socket');
  const program = start(
    'speech-dispatcher',
    ['--run-single', '--communication-method=unix_socket', `--socket-path=${socket}`, `--log-dir=${folder}`, `--pid-file=${join(folder, 'pid')}`, '--timeout=0'],
    { env: { ...env, HOME: folder } },
  );
  await ready(program, () => existsSync(socket));
  return {
    env: { SPEECHD_ADDRESS: `unix_socket:${socket}` },
    stop: async () => {
      await program.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
