import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MediaKeys } from '../../media-session.js';
import { INITIAL } from '../../player-store.js';

Object.assign(globalThis, {
  document: { title: 'A chat' },
  MediaMetadata: class {
    /** @param {object} facts */
    constructor(facts) {
      Object.assign(this, facts);
    }
  },
});

function setUp() {
  /** @type {Map<string, any>} */
  const handlers = new Map();
  /** @type {any[]} */
  const places = [];
  const session = {
    playbackState: 'none',
    /** @type {any} */
    metadata: null,
    /** @param {string} action @param {unknown} handler */
    setActionHandler(action, handler) {
      if (action === 'stop') throw new TypeError('unknown');
      handlers.set(action, handler);
    },
    /** @param {object} place */
    setPositionState(place) {
      places.push(place);
    },
  };
  /** @type {string[]} */
  const done = [];
  const keys = new MediaKeys(
    {
      state: { ...INITIAL, position: 5 },
      resume: () => done.push('resume'),
      pause: () => done.push('pause'),
      stop: () => done.push('stop'),
      skip: (sentences) => done.push(`skip ${sentences}`),
      seek: (position) => done.push(`seek ${position}`),
    },
    /** @type {any} */ (session),
  );
  return { keys, session, handlers, places, done };
}

test('while something is heard, the keys are taken, and given back after', () => {
  const { keys, session, handlers, done } = setUp();
  keys.show({ ...INITIAL, status: 'playing', duration: 9 }, () => 'The ferry');
  assert.deepEqual([session.playbackState, session.metadata.title, session.metadata.artist], ['playing', 'The ferry', 'A chat']);
  handlers.get('nexttrack')({});
  handlers.get('seekto')({ seekTime: 3 });
  handlers.get('seekbackward')({ seekOffset: 0 });
  handlers.get('pause')({});
  assert.deepEqual(done, ['skip 1', 'seek 3', 'seek -5', 'pause']);
  keys.show({ ...INITIAL, status: 'paused' }, () => 'The ferry');
  assert.equal(session.playbackState, 'paused');
  keys.show(INITIAL, () => '');
  assert.deepEqual([session.playbackState, session.metadata, handlers.get('play')], ['none', null, null]);
});

test('the place is told when it jumps, and not with every frame; an unknown length never', () => {
  const { keys, places } = setUp();
  keys.show({ ...INITIAL, status: 'playing', duration: 0 }, () => 'x');
  assert.deepEqual(places, []);
  for (let frame = 0; frame < 300; frame += 1) keys.show({ ...INITIAL, status: 'playing', duration: 9, position: frame / 60 }, () => 'x');
  assert.equal(places.length, 1);
  keys.show({ ...INITIAL, status: 'playing', duration: 9, position: 1 }, () => 'x');
  assert.deepEqual(places[1], { duration: 9, position: 1, playbackRate: 1 });
});
