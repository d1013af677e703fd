// The whole suite, on one engine.

import { after } from 'node:test';

import { startWorld } from '../support/world.js';
import { access } from './access.js';
import { anywhere } from './anywhere.js';
import { background } from './background.js';
import { comforts } from './comforts.js';
import { complaints } from './console.js';
import { conveniences } from './conveniences.js';
import { demo } from './demo.js';
import { embedding } from './embedding.js';
import { listening } from './listening.js';
import { looks } from './looks.js';
import { sdk } from './sdk.js';
import { trouble } from './trouble.js';
import { voices } from './voices.js';
import { wishes } from './wishes.js';
import { writing } from './writing.js';

/** @param {import('../support/world.js').EngineName} name */
export async function suiteOn(name) {
  const world = await startWorld(name);
  after(() => world.stop());
  complaints(world);
  listening(world);
  trouble(world);
  comforts(world);
  conveniences(world);
  background(world);
  access(world);
  embedding(world);
  anywhere(world);
  sdk(world);
  wishes(world);
  writing(world);
  demo(world);
  looks(world);
  voices(name);
}
