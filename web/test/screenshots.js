// Takes the pictures of the demo that the documentation shows: `SAYWELL_BIN=… npm run screenshots`.

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { startBrowser, startGateway } from './support/world.js';

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url));

/** How far into the reply the picture is taken, in seconds. */
const MOMENT = 4;

// `node --test FOLDER` runs every file in it; pictures are taken on purpose only.
if (process.env.NODE_TEST_CONTEXT) process.exit(0);

await mkdir(FOLDER, { recursive: true });
const gateway = await startGateway();
const browser = await startBrowser();
try {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1180, height: 820 } });
    await page.goto(gateway.url);
    const replies = page.locator('.assistant');
    const heardUntil = (/** @type {number} */ moment) =>
      page.waitForFunction((position) => {
        const player = /** @type {import('../saywell-player.js').SaywellPlayer} */ (
          document.querySelector('saywell-player')
        );
        return player.state.position >= position;
      }, moment);
    // The first sound of a fresh browser waits for its audio system, so another reply goes first.
    await replies.nth(0).locator('saywell-speaker button.main').click();
    await heardUntil(1);
    const reply = replies.nth(1);
    await reply.locator('saywell-speaker button.main').click();
    await heardUntil(MOMENT);
    await reply.evaluate((element) => element.previousElementSibling?.scrollIntoView({ block: 'start', behavior: 'instant' }));
    await page.mouse.move(0, 0);
    await page.screenshot({ path: `${FOLDER}demo-${colorScheme}.png` });
    await page.close();
  }
} finally {
  await browser.close();
  await gateway.stop();
}
