import assert from 'node:assert/strict';
import { test } from 'node:test';

import { captionAt } from '../../captions.js';
import { INITIAL, PlayerStore, clampSpeed, reduce } from '../../player-store.js';
import { RENDITION } from '../support/fakes.js';

/** @typedef {import('../../player-store.js').PlayerEvent} PlayerEvent */

/** @param {PlayerEvent[]} events */
const after = (...events) => events.reduce(reduce, INITIAL);

/** @type {PlayerEvent} */
const asked = { type: 'asked', message: 'm1', position: 0 };
/** @type {PlayerEvent} */
const sounding = { type: 'sounding', afterMs: 40 };
/** @type {PlayerEvent} */
const answered = { type: 'answered', rendition: RENDITION };

test('a listening goes from the request over the sound to its end', () => {
  const playing = after(asked, answered, sounding);
  assert.equal(playing.status, 'playing');
  assert.equal(playing.duration, 12);
  assert.equal(playing.durationExact, false);
  assert.equal(playing.firstSoundMs, 40);

  const ended = reduce(reduce(playing, { type: 'measured', duration: 11.5, exact: true }), { type: 'finished' });
  assert.equal(ended.status, 'ended');
  assert.equal(ended.position, 11.5);
  assert.equal(ended.durationExact, true);
});

test('the time to the first sound is taken once, not again when sound ran out', () => {
  const state = after(asked, sounding, { type: 'starved' }, { type: 'sounding', afterMs: 900 });
  assert.equal(state.status, 'playing');
  assert.equal(state.firstSoundMs, 40);
});

test('a new message forgets the last one and keeps the speed', () => {
  const state = after(
    asked,
    answered,
    { type: 'speed', speed: 1.1 },
    { type: 'failed', failure: { code: 'overloaded', message: '', retryAfterSeconds: 3 } },
    { type: 'asked', message: 'm2', position: 0 },
  );
  assert.deepEqual(state, { ...INITIAL, status: 'loading', message: 'm2', speed: 1.1 });
});

test('late news changes nothing once the listener has moved on', () => {
  const stopped = after(asked, sounding, { type: 'stopped' });
  assert.equal(stopped.status, 'idle');
  for (const type of /** @type {const} */ (['starved', 'paused', 'refused', 'finished', 'resumed'])) {
    assert.equal(reduce(stopped, { type }), stopped, type);
  }
  assert.equal(reduce(stopped, sounding), stopped);
  const failed = /** @type {PlayerEvent} */ ({
    type: 'failed',
    failure: { code: 'silent', message: '', retryAfterSeconds: null },
  });
  assert.equal(reduce(stopped, failed), stopped);

  const paused = after(asked, { type: 'paused' });
  assert.equal(reduce(paused, sounding), paused);
});

test('every status can be left by stop, and by asking for a message', () => {
  /** @type {PlayerEvent[][]} */
  const ways = [
    [asked],
    [asked, sounding],
    [asked, { type: 'paused' }],
    [asked, { type: 'refused' }],
    [asked, sounding, { type: 'finished' }],
    [asked, { type: 'failed', failure: { code: 'silent', message: '', retryAfterSeconds: null } }],
  ];
  const seen = ways.map((events) => after(...events));
  assert.deepEqual(
    seen.map(({ status }) => status),
    ['loading', 'playing', 'paused', 'blocked', 'ended', 'failed'],
  );
  for (const state of seen) {
    assert.equal(reduce(state, { type: 'stopped' }).status, 'idle');
    assert.equal(reduce(state, asked).status, 'loading');
  }
});

test('going on after the end starts over', () => {
  const state = after(asked, answered, sounding, { type: 'finished' }, { type: 'resumed' });
  assert.equal(state.status, 'loading');
  assert.equal(state.position, 0);
});

test('speed stays within what is offered', () => {
  assert.deepEqual([0.1, 0.8, 1, 1.25, 9, NaN].map(clampSpeed), [0.5, 0.8, 1, 1.25, 3, 1]);
});

test('listeners hear of changes, and only of changes', () => {
  const store = new PlayerStore();
  /** @type {string[]} */
  const heard = [];
  const leave = store.subscribe(({ status }) => heard.push(status));
  store.dispatch(asked);
  store.dispatch({ type: 'moved', position: 0 });
  store.dispatch(sounding);
  store.dispatch(sounding);
  leave();
  store.dispatch({ type: 'stopped' });
  assert.deepEqual(heard, ['loading', 'playing']);
});

test('captions gather as they come, and tell what is spoken at a moment', () => {
  const word = (/** @type {string} */ text, /** @type {number} */ start) =>
    /** @type {const} */ ({ text, start, end: start + 0.2, source: /** @type {[number, number]} */ ([0, 1]) });
  const { captions } = after(
    asked,
    { type: 'captioned', utterances: [], words: [word('Hear', 0.1), word('it', 0.4)] },
    { type: 'captioned', utterances: [], words: [word('now', 0.9)] },
  );
  const spoken = (/** @type {number} */ at) => captions.words[captionAt(captions.words, at)]?.text;
  assert.deepEqual([0, 0.1, 0.39, 0.4, 5].map(spoken), [undefined, 'Hear', 'Hear', 'it', 'now']);
});
