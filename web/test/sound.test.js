// The sound of each engine, one after the other: what is measured against the clock wants the
// machine for itself.

import { describe, after } from 'node:test';

import { recorded } from './suites/recorded.js';
import { sound } from './suites/sound.js';
import { startWorld } from './support/world.js';

for (const name of /** @type {const} */ (['chromium', 'firefox', 'webkit'])) {
  describe(name, async () => {
    const world = await startWorld(name);
    after(() => world.stop());
    sound(world);
    recorded(world);
  });
}
