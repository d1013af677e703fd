// The pictures of the demo that the documentation shows, taken in Chromium. `npm run pictures` writes
// them; with STATES=FOLDER it leaves one of every state in every look there instead, to be looked at.

import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { startWorld } from '../support/world.js';

/** @typedef {import('../support/world.js').Probe} Probe */

const FOLDER = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url));
/** How far into the reply a picture is taken, in seconds. */
const MOMENT = 4;

await mkdir(FOLDER, { recursive: true });
const world = await startWorld('chromium');
const { driver } = world;

/**
 * @param {string} name
 * @param {{ width: number, height: number, theme: 'light' | 'dark', path?: string }} look
 * @param {() => Promise<void>} act
 */
async function picture(name, { width, height, theme, path = '/' }, act) {
  await driver.resize(width, height);
  await world.visiting(path, async () => {
    while ((await driver.run(() => document.documentElement.dataset.theme)) !== theme) await world.click('button', '^Theme');
    await act();
    await writeFile(`${FOLDER}${name}.png`, await driver.screenshot());
    await world.findsNoBarrier(`of the picture ${name}`);
  });
}

/** @param {number} message */
async function listening(message) {
  await world.listen(message);
  await world.heard(MOMENT);
  await driver.run((message) => {
    const question = /** @type {Probe} */ (window).probe.messages()[message].previousElementSibling;
    question?.scrollIntoView({ block: 'start', behavior: 'instant' });
    /** @type {HTMLElement} */ (document.activeElement)?.blur();
  }, message);
}

/** @type {Record<string, import('../support/looks.js').Look & { theme: 'light' | 'dark' }>} */
const LOOKS = {
  light: { width: 1180, height: 820, theme: 'light' },
  dark: { width: 1180, height: 820, theme: 'dark' },
  phone: { width: 390, height: 844, theme: 'light' },
  'phone dark': { width: 390, height: 844, theme: 'dark' },
  forced: { width: 1180, height: 820, theme: 'light', forcedColours: true },
  rtl: { width: 1180, height: 820, theme: 'light', rightToLeft: true },
};
/** What is to be seen, from which page, once something has been done there. @type {Record<string, [string, () => Promise<unknown>]>} */
const STATES = {
  rest: ['/', () => world.control('button', '^Listen', 1)],
  playing: ['/', () => listening(1)],
  paused: ['/', async () => {
    await listening(1);
    await world.click('button', '^Pause$', 1);
  }],
  more: ['/', async () => {
    await listening(1);
    await world.click('button', '^More$', 1);
  }],
  dock: ['/', async () => {
    await listening(1);
    await driver.run(() => {
      /** @type {Probe} */ (window).probe.player().choose('bar', true);
      const list = /** @type {Element} */ (document.querySelector('.log'));
      (getComputedStyle(list).overflowY === 'visible' ? document.documentElement : list).scrollTo({ top: 1e5, behavior: 'instant' });
    });
    await world.control('button', '^Back to what is read');
  }],
  help: ['/', async () => {
    await listening(1);
    await driver.run(() => /** @type {Probe} */ (window).probe.player().showHelp());
  }],
  writing: ['/#travel', async () => {
    await driver.run(() => /** @type {Probe} */ (window).probe.player().choose('continuous', true));
    await world.click('button', '^What if it rains');
    await world.heard(0.5);
  }],
  problem: ['/?without=speechSynthesis#trouble', async () => {
    await world.listen(0);
    await world.reaches('failed');
  }],
  hopeless: ['/?without=speechSynthesis#trouble', async () => {
    await world.listen(3);
    await world.reaches('failed');
  }],
  browser: ['/?synthesiser=good#trouble', async () => {
    await world.listen(1);
    await driver.until(() => /** @type {Probe} */ (window).probe.told(), 'why it is the browser');
  }],
  languages: ['/#languages', () => listening(0)],
};

/** @param {string} folder */
async function everyState(folder) {
  await mkdir(folder, { recursive: true });
  for (const [look, { theme, ...seen }] of Object.entries(LOOKS)) {
    await world.looks.put(seen);
    for (const [state, [path, act]] of Object.entries(STATES)) {
      await world.visiting(
        path,
        async () => {
          if (seen.rightToLeft) await driver.run(() => void (document.documentElement.dir = 'rtl'));
          while ((await driver.run(() => document.documentElement.dataset.theme)) !== theme) await world.click('button', '^Theme');
          await act();
          await driver.run(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
          await writeFile(`${folder}/${look} ${state}.png`, await driver.screenshot());
          await driver.run(() => /** @type {Probe} */ (window).probe.player().stop());
        },
        { expected: /./ },
      );
    }
    await world.looks.off();
  }
}

async function ofTheDocumentation() {
  // The first sound of a fresh browser waits for its audio system.
  await world.visiting('/', async () => {
    await world.listen(0);
    await world.heard(1);
  });
  await picture('light', { width: 1180, height: 900, theme: 'light' }, () => listening(1));
  await picture('dark', { width: 1180, height: 900, theme: 'dark' }, () => listening(1));
  await picture('phone', { width: 390, height: 844, theme: 'light', path: '/#travel' }, () => listening(0));
  await picture('trouble', { width: 1180, height: 620, theme: 'light', path: '/?without=speechSynthesis#trouble' }, async () => {
    await world.listen(0);
    await world.reaches('failed');
  });
}

try {
  await (process.env.STATES ? everyState(process.env.STATES) : ofTheDocumentation());
} finally {
  await world.stop();
}
