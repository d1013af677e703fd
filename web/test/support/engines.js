// The three engines that browsers are built on, each as its users have it: autoplay refused without
// a gesture, sound on a card of its own.

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BiDi } from './bidi.js';
import { startBus } from './bus.js';
import { FirefoxConsole, WEBKIT_CONSOLE, chromiumConsole } from './console.js';
import { answers, atFreePort, freePort, ready, start } from './programs.js';
import { startSound } from './sound.js';
import { startSynthesiser } from './synthesiser.js';
import { WebDriver } from './webdriver.js';

/** @typedef {'chromium' | 'firefox' | 'webkit'} EngineName */

/**
 * @typedef {object} Engine
 * @property {EngineName} name
 * @property {WebDriver} driver
 * @property {BiDi | null} bidi  where the driver speaks it
 * @property {import('./sound.js').Ear} ear
 * @property {import('./bus.js').Desktop} desk
 * @property {import('./console.js').BrowserConsole} console
 * @property {Record<string, string>} env  what its programs are started with
 * @property {() => Promise<void>} renew  puts a new browser in the place of one that has ended
 * @property {() => Promise<void>} stop
 */

const GECKODRIVER = new URL('../../../.tools/cargo/bin/geckodriver', import.meta.url).pathname;

/** Where Debian keeps the small browser that comes with WebKitGTK; the folder names the processor. */
export const MINI_BROWSER =
  ['x86_64', 'aarch64'].map((cpu) => `/usr/lib/${cpu}-linux-gnu/webkit2gtk-4.1/MiniBrowser`).find(existsSync) ?? 'MiniBrowser';

/** @typedef {{ port: number, secondPort: number, folder: string, speaks: boolean }} Place */
/** @type {Record<EngineName, (place: Place) => { command: string, args: string[], capabilities: object }>} */
const RECIPES = {
  chromium: ({ port, folder, speaks }) => ({
    command: '/usr/bin/chromedriver',
    args: [`--port=${port}`],
    capabilities: {
      browserName: 'chrome',
      'goog:loggingPrefs': { browser: 'ALL' },
      'goog:chromeOptions': {
        binary: process.env.CHROMIUM_BIN ?? '/usr/bin/chromium',
        args: [
          '--headless',
          '--no-sandbox', // The tests also run as root.
          '--disable-gpu',
          '--disable-quic',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
          ...(speaks ? ['--enable-speech-dispatcher'] : []),
          `--user-data-dir=${folder}`,
        ],
      },
    },
  }),
  firefox: ({ port, secondPort }) => ({
    command: existsSync(GECKODRIVER) ? GECKODRIVER : 'geckodriver',
    args: ['--port', String(port), '--websocket-port', String(secondPort), '--allow-system-access', '--binary', '/usr/bin/firefox-esr'],
    capabilities: {
      browserName: 'firefox',
      webSocketUrl: true,
      'moz:firefoxOptions': { binary: '/usr/bin/firefox-esr', args: ['-headless'] },
    },
  }),
  webkit: ({ port }) => ({
    command: '/usr/bin/WebKitWebDriver',
    args: [`--port=${port}`],
    capabilities: {
      browserName: 'MiniBrowser',
      'webkitgtk:browserOptions': { binary: MINI_BROWSER, args: ['--automation'] },
    },
  }),
};

/**
 * @param {EngineName} name
 * @param {{ speaks?: boolean }} [wishes]  `speaks`: it has a speech synthesiser, as on a desktop
 * @returns {Promise<Engine>}
 */
export async function startEngine(name, { speaks = false } = {}) {
  const around = new Undoing();
  try {
    const sound = await startSound();
    around.later(sound.stop);
    const bus = await startBus();
    around.later(bus.stop);
    const env = /** @type {Record<string, string>} */ ({ ...sound.env, ...bus.env });
    if (speaks && name !== 'webkit') {
      const synthesiser = await startSynthesiser(env);
      around.later(synthesiser.stop);
      Object.assign(env, synthesiser.env);
    }
    if (name === 'webkit') {
      const display = await startDisplay();
      around.later(display.stop);
      Object.assign(env, { DISPLAY: display.name });
    }
    const driver = new WebDriver();
    let browser = await openBrowser(name, driver, env, speaks);
    return {
      name,
      driver,
      ear: sound.ear,
      desk: bus.desk,
      env,
      get bidi() {
        return browser.bidi;
      },
      get console() {
        return browser.console;
      },
      renew: async () => {
        await browser.stop();
        browser = await openBrowser(name, driver, env, speaks);
      },
      stop: async () => {
        await browser.stop();
        await around.undo();
      },
    };
  } catch (error) {
    await around.undo();
    throw error;
  }
}

/** What was begun and has to be ended, the latest first. */
class Undoing {
  /** @type {(() => Promise<unknown>)[]} */
  #steps = [];

  /** @param {() => Promise<unknown>} step */
  later(step) {
    this.#steps.push(step);
  }

  async undo() {
    for (const step of this.#steps.splice(0).reverse()) await step().catch(() => {});
  }
}

/**
 * A browser that knows nothing yet, with its driver.
 *
 * @param {EngineName} name
 * @param {WebDriver} driver  gets the session
 * @param {Record<string, string>} env
 * @param {boolean} speaks
 * @returns {Promise<Pick<Engine, 'bidi' | 'console' | 'stop'>>}
 */
async function openBrowser(name, driver, env, speaks) {
  const begun = new Undoing();
  try {
    const folder = await mkdtemp(join(tmpdir(), `saywell-${name}-`));
    begun.later(() => rm(folder, { recursive: true, force: true }));
    const { address, capabilities } = await atFreePort(async (port) => {
      const { command, args, capabilities } = RECIPES[name]({ port, secondPort: await freePort(), folder, speaks });
      const program = start(command, args, { env: { ...env, ...(name === 'webkit' && { XDG_DATA_HOME: folder, XDG_CACHE_HOME: folder }) } });
      begun.later(program.stop);
      const address = `http://127.0.0.1:${port}`;
      await ready(program, () => answers(`${address}/status`));
      return { address, capabilities };
    });
    await driver.begin(address, capabilities);
    // Ending the driver alone would leave the browser running.
    begun.later(() => driver.quit());
    return { ...(await listenIn(name, driver)), stop: () => begun.undo() };
  } catch (error) {
    await begun.undo();
    throw error;
  }
}

/**
 * Follows what the browser writes on its console.
 *
 * @param {EngineName} name
 * @param {WebDriver} driver
 * @returns {Promise<Pick<Engine, 'bidi' | 'console'>>}
 */
async function listenIn(name, driver) {
  if (name === 'chromium') return { bidi: null, console: chromiumConsole(driver) };
  if (name === 'webkit') return { bidi: null, console: WEBKIT_CONSOLE };
  const console = new FirefoxConsole(driver);
  const bidi = await BiDi.connect(driver.capabilities.webSocketUrl, (event, entry) => event === 'log.entryAdded' && console.add(entry));
  await bidi.ask('session.subscribe', { events: ['log.entryAdded'] });
  return { bidi, console };
}

async function startDisplay() {
  // The server picks a free display and says which.
  const program = start('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp']);
  let name = '';
  await ready(program, () => {
    name = `:${/^(\d+)$/m.exec(program.said())?.[1] ?? ''}`;
    return name !== ':';
  });
  return { name, stop: program.stop };
}
