// The whole suite, on one engine.

import { after } from 'node:test';

import { startWorld } from '../support/world.js';
import { listening } from './listening.js';
import { sound } from './sound.js';

/** @param {import('../support/world.js').EngineName} name */
export async function suiteOn(name) {
  const world = await startWorld(name);
  after(() => world.stop());
  listening(world);
  sound(world);
}
