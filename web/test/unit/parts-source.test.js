import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PartsSource } from '../../parts-source.js';
import { Playback } from '../../playback.js';
import { PlayerError } from '../../gateway.js';
import { PlayerStore } from '../../player-store.js';
import { FakeAudio, FakeTimers, RENDITION, settle } from '../support/fakes.js';

const TEXTS = ['One sentence.', 'Another one here.', 'And the third.', 'And the fourth.'];
const REPLY = TEXTS.join(' ');

/** A listening that has begun, in files. */
async function setUp({ uncaptioned = false } = {}) {
  const audio = new FakeAudio();
  const timers = new FakeTimers();
  const store = new PlayerStore();
  /** @type {string[]} */
  const asked = [];
  /** @type {Set<string>} */
  const refused = new Set();
  const gateway = {
    script: async () => ({ language: 'en', utterances: TEXTS.map((text) => ({ text, source: [REPLY.indexOf(text), REPLY.indexOf(text) + text.length], language: null })) }),
    /** @param {{ text: string, format: string }} request */
    ask: async ({ text, format }) => {
      asked.push(text);
      if (refused.has(text)) throw new PlayerError('overloaded', 'busy');
      const url = `http://gateway.test/${TEXTS.indexOf(text)}`;
      return { ...RENDITION, format, url: `${url}.mp3`, captionsUrl: `${url}.json` };
    },
    /** Every part is 1.2 seconds long; its first two words are spoken, one at once and one after half a second. @param {string} url */
    open: async (url) => {
      if (uncaptioned) throw new PlayerError('unreachable', 'no captions');
      const text = String(TEXTS[Number(url.match(/\d/))]);
      const words = text.split(' ').slice(0, 2).map((word, index) => ({ text: word, start: index / 2, end: index / 2 + 0.4, source: [0, 0] }));
      return new Response(JSON.stringify({ words, utterances: [], duration_seconds: 1.2 })).body;
    },
  };
  const playback = new Playback({
    audio: audio.asElement(),
    store,
    gateway: () => /** @type {any} */ (gateway),
    pickSource: () => new PartsSource(),
    clock: timers,
  });
  playback.speak({ message: 'm', text: REPLY });
  await settle();
  audio.emit('playing');
  /** The present file plays to its end. */
  const end = async () => {
    audio.ended = true;
    audio.paused = true;
    audio.emit('ended');
    audio.ended = false;
    await settle();
  };
  return { audio, store, playback, asked, refused, end };
}

test('utterances follow each other on one element, two asked for ahead', async () => {
  const { audio, store, asked, end } = await setUp();
  assert.equal(audio.src, 'http://gateway.test/0.mp3');
  assert.deepEqual(asked, TEXTS.slice(0, 3));
  await end();
  assert.deepEqual([audio.src, audio.paused, asked.length], ['http://gateway.test/1.mp3', false, 4]);
  audio.currentTime = 0.5;
  audio.emit('timeupdate');
  assert.equal(store.state.position, 1.7, 'counted from the reply’s start');
  assert.equal(store.state.captions.utterances[1]?.start, 1.2, 'captions follow the lengths that are found');
  assert.deepEqual(store.state.captions.words[3], { text: 'one', start: 1.7, end: 2.1, source: [22, 25] });
  for (const _ of [2, 3]) await end();
  assert.equal(store.state.status, 'playing');
  await end();
  assert.equal(store.state.status, 'ended');
  assert.equal(asked.length, 4, 'nothing is asked for twice');
});

test('without captions the sentences are known all the same', async () => {
  const { store, end } = await setUp({ uncaptioned: true });
  await end();
  assert.equal(store.state.status, 'playing');
  assert.deepEqual([store.state.captions.utterances.length, store.state.captions.words], [4, []]);
});

test('a place in another utterance is another file', async () => {
  const { audio, store, playback } = await setUp();
  const third = Number(store.state.captions.utterances[2]?.start);
  playback.seek(third + 0.4);
  await settle();
  assert.equal(audio.src, 'http://gateway.test/2.mp3');
  assert.ok(Math.abs(audio.currentTime - 0.4) < 0.001);
  playback.seek(third + 0.1);
  assert.ok(Math.abs(audio.currentTime - 0.1) < 0.001);
});

test('while another utterance is waited for, the last is silent, and its place stays', async () => {
  const { audio, store, playback, refused, end } = await setUp();
  audio.currentTime = 0.5;
  audio.emit('timeupdate');
  const fourth = Number(store.state.captions.utterances[3]?.start);
  refused.add(String(TEXTS[3]));
  playback.seek(fourth + 0.4);
  assert.deepEqual([audio.src, store.state.status], ['', 'loading']);
  audio.emit('timeupdate');
  assert.equal(store.state.position, fourth + 0.4);
  await settle();
  assert.equal(store.state.failure?.code, 'overloaded', 'it is told at once');
  refused.clear();
  playback.resume();
  await settle();
  assert.equal(audio.src, 'http://gateway.test/3.mp3', 'and asked for anew');
  await end();
});

test('one that cannot be made is told when it is due, and not before', async () => {
  const { store, end, refused } = await setUp();
  refused.add(String(TEXTS[3]));
  await end();
  assert.equal(store.state.status, 'playing');
  await end();
  await end();
  assert.equal(store.state.failure?.code, 'overloaded');
});
