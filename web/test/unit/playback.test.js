import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PlayerError } from '../../gateway.js';
import { Playback } from '../../playback.js';
import { PlayerStore } from '../../player-store.js';
import { sentencesOf } from '../../true-sentences.js';
import { FakeAudio, FakeTimers, Later, RENDITION, settle } from '../support/fakes.js';

/** @typedef {import('../../audio-source.js').Connection} Connection */
/** @typedef {import('../../player-store.js').Rendition} Rendition */

class FakeSource {
  format = 'webm';
  streams = true;
  closed = false;
  /** @type {Connection | null} */
  connection = null;
  /** @type {Later<void>} */
  fed = new Later();

  /** @param {HTMLAudioElement} audio */
  attach(audio) {
    audio.src = 'blob:fake';
  }

  /**
   * @param {Rendition} _rendition
   * @param {Connection} connection
   */
  feed(_rendition, connection) {
    this.connection = connection;
    return this.fed.promise;
  }

  close() {
    this.closed = true;
  }
}

const SCRIPT = {
  language: 'en',
  utterances: [
    { text: 'The ferry leaves at nine.', source: [0, 25], language: null },
    { text: 'Be there.', source: [26, 35], language: null },
  ],
};

function setUp() {
  const audio = new FakeAudio();
  const timers = new FakeTimers();
  const store = new PlayerStore();
  /** @type {FakeSource[]} */
  const sources = [];
  /** @type {{ request: import('../../gateway.js').SpeechRequest, signal: AbortSignal, answer: Later<Rendition> }[]} */
  const asked = [];
  const gateway = {
    /** @param {import('../../gateway.js').SpeechRequest} request @param {AbortSignal} signal */
    ask(request, signal) {
      const answer = /** @type {Later<Rendition>} */ (new Later());
      asked.push({ request, signal, answer });
      return answer.promise;
    },
    script: () => Promise.resolve(SCRIPT),
    open: async () => new Response(world.captions).body,
  };
  const playback = new Playback({
    audio: audio.asElement(),
    store,
    gateway: () => /** @type {any} */ (gateway),
    pickSource: () => {
      const source = new FakeSource();
      sources.push(source);
      return source;
    },
    clock: timers,
  });
  const world = { audio, timers, store, sources, asked, playback, captions: '' };
  return world;
}

/** @typedef {ReturnType<typeof setUp>} World */

/**
 * A message that is being heard.
 *
 * @param {World} world
 */
async function playing(world) {
  world.playback.speak({ message: 'm1', text: 'Hello there.' });
  world.asked[0]?.answer.resolve(RENDITION);
  await settle();
  world.timers.advance(35);
  world.audio.emit('playing');
  assert.equal(world.store.state.status, 'playing');
}

test('play() is called in the click itself, before there is any answer', () => {
  const { audio, playback, store, asked } = setUp();
  playback.speak({ message: 'm1', text: 'Hello there.', messageId: 'm1' });
  assert.equal(audio.paused, false);
  assert.equal(store.state.status, 'loading');
  assert.equal(asked[0]?.request.format, 'webm');
  assert.equal(asked[0]?.request.messageId, 'm1');
});

test('the first sound is timed from the click', async () => {
  const world = setUp();
  await playing(world);
  assert.equal(world.store.state.firstSoundMs, 35);
});

test('pause keeps the sound coming, resume goes on, the end can be heard again', async () => {
  const world = setUp();
  const { audio, playback, store, sources } = world;
  await playing(world);
  audio.currentTime = 3;
  playback.pause();
  assert.equal(store.state.status, 'paused');
  assert.equal(sources[0]?.connection?.signal.aborted, false);

  playback.resume();
  audio.emit('playing');
  assert.equal(store.state.status, 'playing');

  sources[0]?.fed.resolve();
  await settle();
  audio.duration = 11.5;
  audio.ended = true;
  audio.emit('ended');
  assert.equal(store.state.status, 'ended');
  assert.equal(store.state.duration, 11.5);

  audio.ended = false;
  playback.resume();
  assert.equal(audio.currentTime, 0);
  assert.equal(store.state.status, 'loading');
});

test('stop leaves the gateway and gives the element back', async () => {
  const world = setUp();
  await playing(world);
  world.playback.stop();
  assert.equal(world.store.state.status, 'idle');
  assert.equal(world.audio.paused, true);
  assert.equal(world.sources[0]?.connection?.signal.aborted, true);
  assert.equal(world.sources[0]?.closed, true);
});

test('a second message ends the first, whose late answer is not heard', async () => {
  const world = setUp();
  const { playback, store, asked, sources } = world;
  playback.speak({ message: 'm1', text: 'One.' });
  playback.speak({ message: 'm2', text: 'Two.' });
  assert.equal(asked[0]?.signal.aborted, true);
  asked[0]?.answer.resolve({ ...RENDITION, voice: 'late' });
  await settle();
  assert.equal(store.state.message, 'm2');
  assert.equal(store.state.rendition, null);
  assert.equal(sources[0]?.connection, null);
});

test('a refused play() asks for a tap, and the tap starts it', async () => {
  const world = setUp();
  const { audio, playback, store } = world;
  audio.onPlay = () => Promise.reject(new DOMException('no gesture', 'NotAllowedError'));
  playback.speak({ message: 'm1', text: 'One.' });
  await settle();
  assert.equal(store.state.status, 'blocked');

  world.asked[0]?.answer.resolve(RENDITION);
  world.sources[0]?.fed.resolve();
  await settle();
  assert.equal(store.state.status, 'blocked', 'sound that arrives does not start by itself');

  audio.onPlay = () => Promise.resolve();
  playback.resume();
  audio.emit('playing');
  assert.equal(store.state.status, 'playing');
});

test('an error of the gateway is shown, and can be tried again', async () => {
  const { playback, store, asked } = setUp();
  playback.speak({ message: 'm1', text: 'One.' });
  asked[0]?.answer.reject(new PlayerError('overloaded', 'busy', { retryAfterSeconds: 4 }));
  await settle();
  assert.equal(store.state.status, 'failed');
  assert.deepEqual(store.state.failure, { code: 'overloaded', message: 'busy', retryAfterSeconds: 4 });

  playback.resume();
  assert.equal(store.state.status, 'loading');
  assert.equal(store.state.failure, null);
  assert.equal(asked.length, 2);
});

test('when the connection breaks, what has arrived is still heard; a retry goes on from there', async () => {
  const world = setUp();
  const { audio, playback, store, sources } = world;
  await playing(world);
  audio.ranges = [[0, 4]];
  sources[0]?.fed.reject(new PlayerError('interrupted', 'broke off'));
  await settle();
  assert.equal(store.state.status, 'playing');

  audio.currentTime = 4;
  audio.emit('timeupdate');
  audio.emit('ended');
  assert.equal(store.state.status, 'failed');
  assert.equal(store.state.failure?.code, 'interrupted');

  playback.resume();
  assert.equal(audio.currentTime, 4);
  assert.equal(store.state.position, 4);
});

test('sound that ends before its captions do has broken off, whatever the engine calls it', async () => {
  const world = setUp();
  const { audio, playback, store, sources } = world;
  world.captions = '{"text":"One.","start":0,"end":4,"source":[0,4]}\n{"text":"Two.","start":4,"end":9,"source":[5,9]}\n';
  playback.speak({ message: 'm1', text: 'One. Two.' });
  world.asked[0]?.answer.resolve({ ...RENDITION, liveCaptionsUrl: 'http://gateway.test/c.ndjson' });
  await settle();
  audio.emit('playing');
  audio.ranges = [[0, 4]];
  audio.currentTime = 3;
  sources[0]?.fed.resolve();
  await settle();
  assert.equal(store.state.status, 'playing', 'what came is heard');
  audio.currentTime = 4;
  audio.emit('ended');
  assert.equal(store.state.failure?.code, 'interrupted');
});

test('waiting for sound ends, one way or the other', async () => {
  const { playback, store, asked, timers } = setUp();
  playback.speak({ message: 'm1', text: 'One.' });
  timers.advance(4900);
  asked[0]?.answer.resolve(RENDITION);
  await settle();
  timers.advance(19_000);
  assert.equal(store.state.status, 'loading', 'an answer is a sign of life');
  timers.advance(1_000);
  assert.equal(store.state.status, 'failed');
  assert.equal(store.state.failure?.code, 'silent');
  assert.equal(asked[0]?.signal.aborted, true);
});

test('a gateway that hangs is told of within five seconds, and what ends because of that tells nothing else', async () => {
  const { playback, store, asked, timers } = setUp();
  playback.speak({ message: 'm1', text: 'One.' });
  timers.advance(5000);
  assert.equal(store.state.failure?.code, 'silent');
  asked[0]?.answer.reject(new DOMException('aborted', 'AbortError'));
  await settle();
  assert.equal(store.state.failure?.code, 'silent');
});

test('no timer is left when nothing is awaited', async () => {
  const world = setUp();
  await playing(world);
  assert.equal(world.timers.waiting.length, 1, 'sound that is heard might stand still');
  world.playback.pause();
  assert.equal(world.timers.waiting.length, 0);
});

test('a pause by the browser is shown as a pause, and so is its going on', async () => {
  const world = setUp();
  await playing(world);
  world.audio.pause();
  assert.equal(world.store.state.status, 'paused');
  world.audio.paused = false;
  world.audio.emit('play');
  world.audio.emit('playing');
  assert.equal(world.store.state.status, 'playing');
});

test('an engine that cannot play the stream gets files instead, from where it was', async () => {
  const world = setUp();
  const { audio, store, asked } = world;
  await playing(world);
  audio.currentTime = 2;
  audio.emit('timeupdate');
  audio.error = { code: 3 };
  audio.emit('error');
  await settle();
  // The second sentence begins after 25 letters.
  assert.deepEqual([asked[1]?.request.format, asked[1]?.request.text], ['mp3', 'Be there.']);
  asked[1]?.answer.resolve({ ...RENDITION, url: 'http://gateway.test/tts/audio/2.mp3' });
  await settle();
  assert.equal(audio.src, 'http://gateway.test/tts/audio/2.mp3');
  assert.equal(audio.paused, false);
  assert.equal(store.state.position, 2);

  audio.error = { code: 4 };
  audio.emit('error');
  assert.equal(store.state.status, 'failed');
  assert.equal(store.state.failure?.code, 'unplayable');
});

test('speed goes to the element and to whatever it plays next', () => {
  const { audio, playback, store } = setUp();
  playback.setSpeed(4);
  assert.deepEqual([audio.playbackRate, audio.defaultPlaybackRate, store.state.speed], [3, 3, 3]);
});

test('sound that comes slowly is held back until it is enough, and a pause meanwhile stays one', async () => {
  const { audio, playback, store, sources, asked, timers } = setUp();
  playback.speak({ message: 'm1', text: 'Hello there.' });
  asked[0]?.answer.resolve(RENDITION);
  await settle();
  const arrive = (/** @type {number} */ end) => {
    timers.advance(400);
    audio.ranges = [[0, end]];
    sources[0]?.connection?.arrived();
  };
  // Twelve seconds, at half the speed they are heard with.
  arrive(0.2);
  assert.deepEqual([audio.paused, store.state.status], [true, 'loading'], 'held back, and not told as a pause');
  arrive(0.4);
  arrive(0.6);
  assert.equal(audio.paused, true);
  playback.pause();
  arrive(8);
  assert.deepEqual([audio.paused, store.state.status], [true, 'paused']);
  playback.resume();
  assert.equal(audio.paused, false);
});

test('a place far beyond the sound that has come is asked for from its sentence', async () => {
  const world = setUp();
  const { audio, playback, store, sources, asked } = world;
  await playing(world);
  audio.ranges = [[0, 0.8]];
  // The last of these 35 bytes, of 12 seconds.
  const speech = { message: 'm2', text: 'The ferry leaves at nine. Be there.' };
  playback.speak(speech);
  asked[1]?.answer.resolve(RENDITION);
  await settle();
  playback.seek(11.5);
  await settle();
  assert.deepEqual([asked[2]?.request.startAt, store.state.status, store.state.position], [26, 'loading', 11.5]);
  asked[2]?.answer.resolve({ ...RENDITION, durationSeconds: 2 });
  await settle();
  assert.equal(sources[2]?.connection?.second, 11.5);
  assert.equal(store.state.duration, 13.5);
  // What lies before is in the sound that was there.
  playback.seek(0.5);
  assert.deepEqual([store.state.position, audio.currentTime], [0.5, 0.5]);
  await settle();
  assert.equal(asked[3]?.request.startAt ?? null, null);
});

test('what was jumped over is gone back to sentence by sentence, also when all the rest has come', async () => {
  const world = setUp();
  const { audio, playback, store, sources, asked } = world;
  playback.speak({ message: 'm1', text: 'The ferry leaves at nine. Be there.' });
  asked[0]?.answer.resolve(RENDITION);
  await settle();
  assert.equal(playback.goBefore(1, sentencesOf), false, 'nothing was jumped over');
  audio.ranges = [[0, 0.8]];
  playback.seek(11.5);
  await settle();
  world.captions = '{"text":"Be there.","start":0,"end":1,"source":[26,35]}\n';
  asked[1]?.answer.resolve({ ...RENDITION, durationSeconds: 2, liveCaptionsUrl: 'http://gateway.test/c.ndjson' });
  await settle();
  audio.ranges = [[11.5, 13.5]];
  sources[1]?.fed.resolve();
  await settle();
  assert.deepEqual([asked[1]?.request.startAt, store.state.captions.utterances[0]?.start], [26, 11.5]);
  assert.equal(playback.goBefore(1, sentencesOf), true);
  await settle();
  assert.equal(asked.length, 3);
  assert.equal(asked[2]?.request.startAt ?? null, null, 'the first sentence is the start');
});

test('seeking stays inside the sound', async () => {
  const world = setUp();
  await playing(world);
  for (const [wanted, reached] of [[5, 5], [-3, 0], [99, 12]]) {
    world.playback.seek(/** @type {number} */ (wanted));
    assert.equal(world.audio.currentTime, reached);
    assert.equal(world.store.state.position, reached);
  }
  world.playback.seek(NaN);
  assert.equal(world.audio.currentTime, 12);
});

test('sound that stands still though there is more is sent on, then begun anew, then heard from plain files', async () => {
  const world = setUp();
  const { audio, timers, store, sources } = world;
  const look = () => timers.advance(500);
  await playing(world);
  audio.ranges = [[0, 4]];
  audio.currentTime = 2;
  audio.emit('timeupdate');
  for (let looks = 0; looks < 3; looks += 1) look();
  assert.equal(audio.currentTime, 2, 'an engine may take its time');
  look();
  assert.ok(audio.currentTime > 2 && audio.currentTime < 2.1, `sent on to ${audio.currentTime}`);
  assert.equal(store.state.status, 'playing');
  for (let looks = 0; looks < 4; looks += 1) look();
  assert.equal(store.state.status, 'loading', 'begun anew');
  assert.ok(Math.abs(audio.currentTime - 2) < 0.1, `where it was: ${audio.currentTime}`);
  assert.equal(sources.length, 2);
  world.asked[1]?.answer.resolve(RENDITION);
  await settle();
  audio.emit('playing');
  for (let looks = 0; looks < 4; looks += 1) look();
  assert.equal(sources.length, 2, 'not the same way a third time');
  assert.equal(audio.src, '', 'plain files take the element empty');
});

test('sound that runs, has run out, or is paused is left alone', async () => {
  const world = setUp();
  const { audio, timers } = world;
  await playing(world);
  audio.ranges = [[0, 4]];
  for (let second = 1; second < 4; second += 0.5) {
    audio.currentTime = second;
    timers.advance(500);
    assert.equal(audio.currentTime, second);
  }
  audio.currentTime = 4;
  for (let looks = 0; looks < 9; looks += 1) timers.advance(500);
  assert.equal(audio.currentTime, 4, 'what has run out waits for more');
  audio.currentTime = 2;
  world.playback.pause();
  for (let looks = 0; looks < 9; looks += 1) timers.advance(500);
  assert.equal(audio.currentTime, 2);
});
