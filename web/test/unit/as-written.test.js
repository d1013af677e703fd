import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AsWritten, NoLine } from '../../as-written.js';
import { INITIAL, reduce } from '../../player-store.js';
import { endsLikeASentence, settled } from '../../sentences.js';
import { Written } from '../../written.js';
import { FakeTimers, settle } from '../support/fakes.js';

/** A connection to a gateway that says one second of sound for each sentence that something follows, or that ends the text. */
class FakeSocket extends EventTarget {
  readyState = 1;
  binaryType = '';
  text = '';
  spoken = 0;
  startAt = 0;
  ended = false;

  constructor() {
    super();
    queueMicrotask(() => this.dispatchEvent(new Event('open')));
  }

  /** @param {object | ArrayBuffer} news */
  say(news) {
    const data = news instanceof ArrayBuffer ? news : JSON.stringify(news);
    this.dispatchEvent(Object.assign(new Event('message'), { data }));
  }

  /** @param {string} message */
  send(message) {
    const { type, text = '', start_at: startAt } = JSON.parse(message);
    if (type === 'begin') {
      this.spoken = this.startAt = startAt ?? 0;
      queueMicrotask(() => this.say({ type: 'begun' }));
    }
    this.text += text;
    this.ended ||= type === 'end';
    for (const { 0: sentence, index } of this.text.matchAll(/[^.]+\./g)) {
      const whole = this.ended || /\w/.test(this.text.slice(index + sentence.length));
      if (!whole || index < this.spoken) continue;
      const lead = sentence.length - sentence.trimStart().length;
      const second = this.seconds;
      this.seconds += 1;
      this.spoken = index + sentence.length;
      this.say({ type: 'utterance', text: sentence.trim(), start: second, end: second + 1, source: [index + lead, this.spoken], provider: 'local', voice: 'heart', words: [] });
      if (this.silent) return;
      this.say(new TextEncoder().encode(sentence.trim()).buffer);
    }
    if (this.ended) this.say({ type: 'done', duration_seconds: this.seconds, key: 'k', url: '/sound' });
  }

  seconds = 0;
  /** Whether its sound gets lost. */
  silent = false;

  close() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    queueMicrotask(() => this.dispatchEvent(new Event('close')));
  }
}

/** Sound that is laid, a second for each piece: what can be heard, in order. */
class FakeSound {
  format = 'webm';
  /** @type {string[]} */
  pieces = [];
  at = 0;
  /** @param {number} second */
  async begin(second) {
    this.at = second;
  }
  /** @param {Uint8Array} bytes */
  async lay(bytes) {
    this.pieces[this.at] = new TextDecoder().decode(bytes);
    this.at += 1;
  }
  /** @param {number} second */
  async cut(second) {
    this.pieces.length = second;
  }
  end() {}
  get laid() {
    return this.pieces.length;
  }
}

function setUp({ reach = true } = {}) {
  const timers = new FakeTimers();
  const written = new Written(timers);
  const sound = new FakeSound();
  /** @type {FakeSocket[]} */
  const sockets = [];
  let state = reduce(INITIAL, { type: 'asked', message: 'm', position: 0 });
  /** @type {number[]} */
  const cuts = [];
  const leave = new AbortController();
  const writing = new AsWritten({
    written,
    sound,
    speech: { message: 'm', text: '' },
    gateway: {
      address: (path) => `http://gateway.test${path}`,
      socket: async () => {
        const socket = new FakeSocket();
        sockets.push(socket);
        if (!reach) socket.close();
        return /** @type {any} */ (socket);
      },
    },
    signal: leave.signal,
    captions: () => state.captions,
    report: (event) => (state = reduce(state, event)),
    cut: (second) => cuts.push(second),
    arrived: () => {},
    clock: timers,
  });
  const running = writing.run();
  running.catch(() => {});
  return { timers, written, sound, sockets, cuts, running, writing, leave, state: () => state, captions: () => state.captions.utterances.map(({ text, start, source }) => [text, start, ...source]) };
}

test('each sentence is spoken as it is written, and the end is told', async () => {
  const { written, sound, sockets, running, writing, state } = setUp();
  assert.equal(writing.awaitsWriter, true);
  written.write('One is he');
  written.write('re. Tw');
  await settle();
  assert.deepEqual(sound.pieces, ['One is here.']);
  assert.equal(writing.awaitsWriter, true, 'the next sentence has not been written');
  written.write('o is too.');
  written.set(written.text, true);
  await running;
  assert.deepEqual(sound.pieces, ['One is here.', 'Two is too.']);
  assert.equal(sockets.length, 1);
  assert.deepEqual([state().rendition?.voice, state().rendition?.url], ['heart', 'http://gateway.test/sound']);
});

test('a writer who pauses after a sentence is heard to its end, and goes on later', async () => {
  const { timers, written, sound, running, captions } = setUp();
  written.write('I look it up.');
  await settle();
  assert.deepEqual(sound.pieces, [], 'more may follow at once');
  timers.advance(1200);
  await settle();
  assert.deepEqual(sound.pieces, ['I look it up.']);
  timers.advance(60_000);
  await settle();
  written.write(' There it is.');
  written.set(written.text, true);
  await settle();
  await running;
  assert.deepEqual(sound.pieces, ['I look it up.', 'There it is.']);
  assert.deepEqual(captions(), [['I look it up.', 0, 0, 13], ['There it is.', 1, 14, 26]]);
});

test('a pause in the middle of a sentence neither ends it nor loses it, however long', async () => {
  const { timers, written, sound, sockets, running } = setUp();
  written.write('One is here. If one of them');
  await settle();
  for (let minute = 0; minute < 5; minute += 1) {
    timers.advance(60_000);
    await settle();
  }
  assert.deepEqual(sound.pieces, ['One is here.']);
  assert.ok(sockets.length <= 3, 'a text that rests is not sent again and again');
  written.write(' fails, look.');
  written.set(written.text, true);
  await settle();
  await running;
  assert.deepEqual(sound.pieces, ['One is here.', 'If one of them fails, look.']);
});

test('a connection that breaks loses no sentence and says none twice', async () => {
  const { timers, written, sound, sockets, running, captions } = setUp();
  written.write('One is here. Two is too. Th');
  await settle();
  const [first] = sockets;
  assert.ok(first);
  first.silent = true;
  written.write('ree is lost. Fo');
  await settle();
  first.close();
  await settle();
  timers.advance(500);
  await settle();
  written.write('ur is not.');
  written.set(written.text, true);
  await settle();
  await running;
  assert.deepEqual(sound.pieces, ['One is here.', 'Two is too.', 'Three is lost.', 'Four is not.']);
  assert.equal(sockets.length, 2);
  assert.deepEqual([sockets[1]?.text, sockets[1]?.startAt], ['One is here. Two is too. Three is lost. Four is not.', 24], 'read again, not said again');
  assert.deepEqual(captions().map(([text]) => text), sound.pieces);
  assert.deepEqual(captions()[2], ['Three is lost.', 2, 25, 39]);
});

test('a text that was rewritten goes on from the last sentence that stayed', async () => {
  const { timers, written, sound, cuts, running, captions } = setUp();
  written.write('One is here. Two is wrong. Th');
  await settle();
  assert.equal(sound.laid, 2);
  written.set('One is here. Two is right. Three', false);
  await settle();
  timers.advance(150);
  await settle();
  assert.deepEqual(cuts, [1]);
  written.set('One is here. Two is right. Three too.', true);
  await settle();
  await running;
  assert.deepEqual(sound.pieces, ['One is here.', 'Two is right.', 'Three too.']);
  assert.deepEqual(captions().map(([text]) => text), sound.pieces);
});

test('where nothing stayed it begins anew; what comes back at once was no change', async () => {
  const { timers, written, sound, cuts, sockets, running } = setUp();
  written.write('One is here. Two');
  await settle();
  written.set('', false);
  written.set('One is here. Two', false);
  timers.advance(150);
  await settle();
  assert.equal(sockets.length, 1);
  assert.deepEqual(cuts, []);
  written.set('Rome it is.', false);
  await settle();
  timers.advance(150);
  await settle();
  assert.deepEqual(cuts, [0]);
  written.set('Rome it is.', true);
  await settle();
  await running;
  assert.deepEqual(sound.pieces, ['Rome it is.']);
});

test('where there is never a connection, another way has to be found', async () => {
  const { timers, written, running } = setUp({ reach: false });
  written.write('One is here. Two');
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await settle();
    timers.advance(500);
  }
  await assert.rejects(running, NoLine);
});

test('what a renderer may still draw otherwise is held back', () => {
  assert.equal(settled('The **fer'), '');
  assert.equal(settled('It leaves at nine. The **fer'), 'It leaves at nine.');
  assert.equal(settled('It costs 3.50 and is'), '');
  assert.equal(settled('It leaves at nine.'), '', 'it may be 9.30');
  assert.equal(settled('# Ferries\n\nIt le'), '# Ferries\n\n');
  assert.equal(settled('船は九時に出ます。次'), '船は九時に出ます。');
});

test('a pause is an end only where a sentence ends, and never within code or a table', () => {
  assert.ok(endsLikeASentence('I look it up.') && endsLikeASentence('Is it **so?**') && endsLikeASentence('```\ncode\n```'));
  for (const text of ['If one of them', '```\nlet a = 1.', '| a. | b. |\n| c.', '']) assert.ok(!endsLikeASentence(text), text);
});
