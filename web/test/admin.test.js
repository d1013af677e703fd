// The operator's page in each engine, against the real gateway.

import { after, describe } from 'node:test';

import { SETTINGS, administration } from './suites/administration.js';
import { startWorld } from './support/world.js';

for (const name of /** @type {const} */ (['chromium', 'firefox', 'webkit'])) {
  describe(name, async () => {
    const world = await startWorld(name, SETTINGS);
    after(() => world.stop());
    administration(world);
  });
}
