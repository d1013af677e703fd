// The pictures of the demo that the documentation shows, taken in Chromium. `npm run pictures`
// writes them; the suite looks at the same states with axe.

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

try {
  // The first sound of a fresh browser waits for its audio system.
  await world.visiting('/', async () => {
    await world.listen(0);
    await world.heard(1);
  });
  await picture('light', { width: 1180, height: 820, theme: 'light' }, () => listening(1));
  await picture('dark', { width: 1180, height: 820, theme: 'dark' }, () => listening(1));
  await picture('phone', { width: 390, height: 844, theme: 'light', path: '/#travel' }, () => listening(0));
  await picture('trouble', { width: 1180, height: 620, theme: 'light', path: '/?without=speechSynthesis#trouble' }, async () => {
    await world.listen(0);
    await world.reaches('failed');
  });
} finally {
  await world.stop();
}
