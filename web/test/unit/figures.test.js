import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Figures } from '../../figures.js';
import { PlayerStore } from '../../player-store.js';
import { RENDITION } from '../support/fakes.js';

/** @typedef {import('../../figures.js').Figure} Figure */

function setUp() {
  const store = new PlayerStore();
  /** @type {Figure[]} */
  const told = [];
  const figures = new Figures((figure) => told.push(figure), () => 'kitchen');
  store.subscribe((state, before) => figures.see(state, before));
  /** Hears from one second to another, as the element tells. @param {number} from @param {number} to */
  const hear = (from, to) => {
    for (let at = from; at <= to + 0.001; at += 0.25) store.dispatch({ type: 'moved', position: at });
  };
  /** @param {string} message */
  const begin = (message) => {
    store.dispatch({ type: 'asked', message, position: 0 });
    store.dispatch({ type: 'answered', rendition: RENDITION });
    store.dispatch({ type: 'sounding', afterMs: 40 });
  };
  const words = () => told.map(({ what, quarter }) => (quarter ? `${what} ${quarter}` : what));
  return { store, figures, told, hear, begin, words };
}

test('a reply that is heard is started, its quarters, and finished', () => {
  const { store, told, hear, begin, words } = setUp();
  begin('m1');
  hear(0, 12);
  store.dispatch({ type: 'measured', duration: 12.1, exact: true });
  store.dispatch({ type: 'finished' });
  assert.deepEqual(words(), ['started', 'quarter 1', 'quarter 2', 'quarter 3', 'quarter 4', 'finished']);
  const { quarter: _, heard, ...last } = /** @type {Figure} */ (told.at(-1));
  assert.ok(Math.abs(heard - 12.1) < 0.01, `${heard}`);
  assert.deepEqual(last, { what: 'finished', listening: 1, position: 12.1, duration: 12.1, speed: 1, by: 'gateway', provider: 'local', voice: 'heart', room: 'kitchen', failure: null });
  // Heard again is another listening.
  store.dispatch({ type: 'resumed' });
  store.dispatch({ type: 'sounding', afterMs: 40 });
  assert.deepEqual([words().at(-1), told.at(-1)?.listening], ['started', 2]);
});

test('what is jumped over is not heard, and what is heard twice counts once', () => {
  const { store, told, hear, begin, words } = setUp();
  begin('m1');
  hear(0, 2);
  store.dispatch({ type: 'moved', position: 9 });
  hear(9, 12);
  store.dispatch({ type: 'moved', position: 9 });
  hear(9, 11);
  assert.deepEqual(words(), ['started', 'quarter 4']);
  store.dispatch({ type: 'asked', message: 'm2', position: 0 });
  assert.deepEqual([told.at(-1)?.what, told.at(-1)?.position, told.at(-1)?.heard], ['stopped', 11, 5]);
});

test('it is stopped by stop, by a failure that is named, and with the page; never twice', () => {
  const { store, figures, told, hear, begin, words } = setUp();
  begin('m1');
  hear(0, 1);
  store.dispatch({ type: 'stopped' });
  begin('m2');
  store.dispatch({ type: 'failed', failure: { code: 'interrupted', message: 'secret', retryAfterSeconds: null } });
  store.dispatch({ type: 'stopped' });
  begin('m3');
  figures.leave(store.state);
  store.dispatch({ type: 'paused' });
  assert.deepEqual(words(), ['started', 'stopped', 'started', 'stopped', 'started', 'stopped']);
  assert.deepEqual(told.map(({ failure }) => failure).filter(Boolean), ['interrupted']);
});

test('what never sounded was never begun, and of what is being written no quarter is told', () => {
  const { store, hear, begin, words } = setUp();
  store.dispatch({ type: 'asked', message: 'm1', position: 0 });
  store.dispatch({ type: 'stopped' });
  begin('m2');
  store.dispatch({ type: 'measured', duration: 4, exact: false, open: true });
  hear(0, 4);
  assert.deepEqual(words(), ['started']);
  store.dispatch({ type: 'measured', duration: 4, exact: true });
  assert.deepEqual(words(), ['started', 'quarter 1', 'quarter 2', 'quarter 3', 'quarter 4']);
});
