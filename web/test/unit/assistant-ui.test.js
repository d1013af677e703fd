import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SaywellSpeechAdapter } from '../../adapters/assistant-ui.js';

/** A player whose every state the test tells. */
class Player extends EventTarget {
  state = { status: 'idle', message: /** @type {unknown} */ (null), failure: /** @type {unknown} */ (null) };
  /** @type {string[]} */
  spoken = [];
  stopped = 0;
  /** @param {string} text */
  speakText(text) {
    this.spoken.push(text);
  }
  stop() {
    this.stopped += 1;
    this.becomes('idle', null);
  }
  /** @param {string} status @param {unknown} message @param {unknown} [failure] */
  becomes(status, message, failure = null) {
    this.state = { status, message, failure };
    this.dispatchEvent(new CustomEvent('statechange', { detail: this.state }));
  }
}

function setUp() {
  const player = new Player();
  const adapter = new SaywellSpeechAdapter({ player: /** @type {any} */ (player) });
  /** @param {string} text */
  const speak = (text) => {
    const utterance = adapter.speak(text);
    /** @type {any[]} */
    const told = [];
    utterance.subscribe(() => told.push(utterance.status));
    return { utterance, told };
  };
  return { player, speak };
}

test('an utterance starts, runs and ends as the player does', () => {
  const { player, speak } = setUp();
  const { utterance, told } = speak('One.');
  assert.deepEqual([player.spoken, utterance.status], [['One.'], { type: 'starting' }]);
  const mine = Symbol('a text');
  player.becomes('loading', mine);
  player.becomes('playing', mine);
  player.becomes('paused', mine);
  player.becomes('playing', mine);
  player.becomes('ended', mine);
  assert.deepEqual(told, [{ type: 'running' }, { type: 'ended', reason: 'finished' }]);
  player.becomes('playing', Symbol('another'));
  assert.equal(told.length, 2, 'nothing of others is told');
});

test('an error, a stop, another message and another utterance end it for what they are', () => {
  const { player, speak } = setUp();
  const first = speak('One.');
  const mine = Symbol('a text');
  player.becomes('playing', mine);
  player.becomes('failed', mine, { code: 'silent' });
  assert.deepEqual(first.utterance.status, { type: 'ended', reason: 'error', error: { code: 'silent' } });

  const second = speak('Two.');
  second.utterance.cancel();
  assert.deepEqual([second.utterance.status, player.stopped], [{ type: 'ended', reason: 'cancelled' }, 1]);

  const third = speak('Three.');
  player.becomes('playing', Symbol('three'));
  player.becomes('loading', 'm1');
  assert.deepEqual(third.utterance.status, { type: 'ended', reason: 'cancelled' });

  const fourth = speak('Four.');
  speak('Five.');
  assert.deepEqual(fourth.utterance.status, { type: 'ended', reason: 'cancelled' });
});
