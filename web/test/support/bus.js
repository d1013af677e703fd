// A session bus of an engine's own, with the media keys and what a lock screen shows on it (MPRIS).

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { ready, start } from './programs.js';

const run = promisify(execFile);
const PLAYER = 'org.mpris.MediaPlayer2.Player';
const OBJECT = '/org/mpris/MediaPlayer2';

/** @returns {Promise<{ env: Record<string, string>, desk: Desktop, stop: () => Promise<void> }>} */
export async function startBus() {
  const daemon = start('dbus-daemon', ['--session', '--nofork', '--nopidfile', '--print-address=1']);
  let address = '';
  await ready(daemon, () => {
    address = /^unix:\S+$/m.exec(daemon.said())?.[0] ?? '';
    return address !== '';
  });
  const env = { DBUS_SESSION_BUS_ADDRESS: address };
  return { env, desk: new Desktop(env), stop: daemon.stop };
}

/** What a desktop does with whoever plays: shows it, and presses its keys. */
export class Desktop {
  #env;

  /** @param {Record<string, string>} env */
  constructor(env) {
    this.#env = { ...process.env, ...env };
  }

  /** The name of what plays, or null. */
  async player() {
    const names = await this.#call('org.freedesktop.DBus', '/', 'org.freedesktop.DBus.ListNames');
    return /'(org\.mpris\.MediaPlayer2\.[^']+)'/.exec(names)?.[1] ?? null;
  }

  /**
   * Presses a key, or does what else a desktop can ask of a player.
   *
   * @param {string} method  `Play`, `Pause`, `Next`, `Previous`, …
   * @param {...string} args  in GVariant's own notation
   */
  async press(method, ...args) {
    await this.#call(await this.#present(), OBJECT, `${PLAYER}.${method}`, ...args);
  }

  /** Everything a desktop can show, in GVariant's own notation. @returns {Promise<string>} */
  async shows() {
    return this.#call(await this.#present(), OBJECT, 'org.freedesktop.DBus.Properties.GetAll', PLAYER);
  }

  async #present() {
    const name = await this.player();
    if (name === null) throw new Error('nothing on the bus plays');
    return name;
  }

  /**
   * @param {string} name
   * @param {string} path
   * @param {string} method
   * @param {...string} args
   */
  async #call(name, path, method, ...args) {
    const { stdout } = await run('gdbus', ['call', '--session', '--timeout=10', `--dest=${name}`, `--object-path=${path}`, `--method=${method}`, ...args], { env: this.#env });
    return stdout;
  }
}
