import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BrowserVoice, pickVoice } from '../../browser-voice.js';
import { PlayerStore } from '../../player-store.js';
import { FakeTimers, settle } from '../support/fakes.js';

/** What the browser would speak, one utterance of which the test ends or fails. */
class Utterance {
  lang = '';
  rate = 1;
  voice = null;
  /** @type {(event: any) => void} */
  onstart = () => {};
  /** @type {(event: any) => void} */
  onend = () => {};
  /** @type {(event: any) => void} */
  onboundary = () => {};
  /** @type {(event: any) => void} */
  onerror = () => {};
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}
Object.assign(globalThis, { SpeechSynthesisUtterance: Utterance });

class Synthesis extends EventTarget {
  speaking = false;
  pending = false;
  cancelled = 0;
  /** @type {Utterance[]} */
  spoken = [];
  /** @type {any[]} */
  voices = [{ name: 'Anna', lang: 'en-GB', localService: true, default: false }];
  getVoices() {
    return this.voices;
  }
  /** @param {Utterance} utterance */
  speak(utterance) {
    this.spoken.push(utterance);
    this.speaking = true;
  }
  cancel() {
    this.cancelled += 1;
    this.speaking = false;
  }
  resume() {}
  get last() {
    return /** @type {Utterance} */ (this.spoken.at(-1));
  }
}

const SCRIPT = {
  language: 'en',
  utterances: [
    { text: 'The ferry leaves at nine.', source: /** @type {[number, number]} */ ([0, 25]), language: null },
    { text: 'Be there.', source: /** @type {[number, number]} */ ([26, 35]), language: null },
  ],
};

function setUp(script = () => Promise.resolve(SCRIPT)) {
  const timers = new FakeTimers();
  const store = new PlayerStore();
  const synthesis = new Synthesis();
  const voice = new BrowserVoice({
    store,
    script,
    language: () => 'en',
    synthesis: /** @type {any} */ (synthesis),
    clock: timers,
  });
  const texts = () => synthesis.spoken.map(({ text }) => text);
  /** What is spoken ends, and the next begins in a task of its own. */
  const end = () => {
    synthesis.last.onend({});
    timers.advance(0);
  };
  return { timers, store, synthesis, voice, texts, end };
}
const SPEECH = { message: 'm', text: 'The ferry leaves at nine. Be there.' };

test('the script is said sentence by sentence, and its words are known', async () => {
  const { store, synthesis, voice, texts, end } = setUp();
  voice.speak(SPEECH);
  assert.equal(store.state.by, 'browser');
  await settle();
  synthesis.last.onstart({});
  assert.equal(store.state.status, 'playing');
  const { text, start, source } = store.state.captions.words[1] ?? {};
  assert.deepEqual({ text, start, source }, { text: 'ferry', start: 4 / 14, source: [4, 9] });
  end();
  end();
  assert.deepEqual(texts(), ['The ferry leaves at nine.', 'Be there.']);
  assert.equal(store.state.status, 'ended');
});

test('a pause goes on from the word it came at', async () => {
  const { store, synthesis, voice } = setUp();
  voice.speak(SPEECH);
  await settle();
  const { last } = synthesis;
  last.onstart({});
  last.onboundary({ name: 'word', charIndex: 10 });
  voice.pause();
  assert.equal(store.state.status, 'paused');
  last.onend({});
  assert.equal(store.state.status, 'paused', 'what was cancelled has nothing more to say');
  voice.resume();
  assert.equal(synthesis.last.text, 'leaves at nine.');
});

test('a synthesiser that says nothing gets one more try, then the listener is told', async () => {
  const { store, synthesis, voice, timers } = setUp();
  voice.speak(SPEECH);
  await settle();
  timers.advance(3000);
  assert.equal(synthesis.spoken.length, 2);
  assert.equal(synthesis.cancelled, 1);
  timers.advance(3000);
  assert.equal(store.state.failure?.code, 'silent');
  assert.equal(timers.waiting.length, 0);
});

test('one that falls silent midway does not begin anew', async () => {
  const { store, synthesis, voice, timers } = setUp();
  voice.speak(SPEECH);
  await settle();
  synthesis.last.onstart({});
  timers.advance(10_000);
  assert.deepEqual([synthesis.spoken.length, store.state.failure?.code], [1, 'silent']);
});

test('without the gateway the reply itself is read, without its code', async () => {
  const { synthesis, voice } = setUp(() => Promise.reject(new Error('gone')));
  voice.speak({ message: 'm', text: '```\nrm -rf /\n```\nDone.' });
  await settle();
  assert.equal(synthesis.last.text, 'Done.');
});

test('voices that come late are waited for, but not for ever', async () => {
  const { synthesis, voice, timers } = setUp();
  const voices = synthesis.voices;
  synthesis.voices = [];
  voice.speak(SPEECH);
  await settle();
  assert.equal(synthesis.spoken.length, 0);
  synthesis.voices = voices;
  synthesis.dispatchEvent(new Event('voiceschanged'));
  await settle();
  assert.equal(/** @type {any} */ (synthesis.last.voice)?.name, 'Anna');
  voice.stop();
  synthesis.voices = [];
  voice.speak(SPEECH);
  await settle();
  timers.advance(2000);
  await settle();
  assert.equal(synthesis.spoken.length, 2);
});

test('a refusal waits for a tap', async () => {
  const { store, synthesis, voice } = setUp();
  voice.speak(SPEECH);
  await settle();
  synthesis.last.onerror({ error: 'not-allowed' });
  assert.equal(store.state.status, 'blocked');
  voice.resume();
  assert.equal(synthesis.spoken.length, 2);
});

test('a long sentence goes out in pieces that no engine cuts off', async () => {
  const text = `${'A clause of some words, '.repeat(20)}and the end.`;
  const { voice, texts, end } = setUp(() =>
    Promise.resolve({ language: 'en', utterances: [{ text, source: /** @type {[number, number]} */ ([0, text.length]), language: null }] }),
  );
  voice.speak({ message: 'm', text });
  await settle();
  while (texts().join(' ') !== text) end();
  assert.ok(texts().length >= 3 && texts().every((piece) => piece.length <= 160), `${texts().map((piece) => piece.length)}`);
});

test('speed and place change at the present word', async () => {
  const { store, synthesis, voice } = setUp();
  voice.speak(SPEECH);
  await settle();
  synthesis.last.onstart({});
  voice.setSpeed(1.25);
  assert.equal(synthesis.last.rate, 1.25);
  voice.seek(Number(store.state.captions.utterances[1]?.start) + 0.01);
  assert.equal(synthesis.last.text, 'Be there.');
});

test('the voice is the one named, else the nearest in language, else the engine’s choice', () => {
  const voices = /** @type {any[]} */ ([
    { name: 'A', lang: 'en-US', localService: false, default: true },
    { name: 'B', lang: 'en_GB', localService: true, default: false },
    { name: 'C', lang: 'de-DE', localService: true, default: false },
  ]);
  const name = (/** @type {string} */ language, /** @type {string | null} */ asked = null) => pickVoice(voices, language, asked)?.name;
  assert.deepEqual([name('en'), name('en-US'), name('en-GB'), name('de'), name('fr'), name('en', 'C')], ['B', 'A', 'B', 'C', undefined, 'C']);
});

test('of the voices of a language the best is taken, as their makers call them, and never a joke', () => {
  const best = (/** @type {string} */ language, /** @type {string[]} */ ...names) =>
    pickVoice(/** @type {any[]} */ (names.map((name, index) => ({ name, lang: 'en-US', localService: !/Online|Google/.test(name), default: index === 0 }))), language, null)?.name;
  assert.equal(best('en-US', 'Albert', 'Zarvox', 'Samantha', 'Bad News'), 'Samantha');
  assert.equal(best('en-US', 'Samantha', 'Samantha (Enhanced)', 'Fred'), 'Samantha (Enhanced)');
  assert.equal(best('en-US', 'Microsoft David - English (United States)', 'Microsoft Jenny Online (Natural) - English (United States)'), 'Microsoft Jenny Online (Natural) - English (United States)');
  assert.equal(best('en-GB', 'eSpeak English', 'Google US English'), 'Google US English');
  assert.equal(best('en', 'eSpeak English'), 'eSpeak English', 'better than none');
  assert.equal(best('fr', 'Samantha'), undefined);
});
