// A reply that is heard while it is written: what docs/STREAM.md gives to copy, as it stands there.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { POLICY, page } from '../support/guide.js';

/** @typedef {import('../support/world.js').World} World */

const guide = await readFile(new URL('../../../docs/STREAM.md', import.meta.url), 'utf8');
const [, code = ''] = /```js\n(.*?)```/s.exec(guide) ?? [];

/** A model whose words are the test's: `write(piece)`, `end()`, `stop()`. */
const SCRIPT = `${code}
const waiting = [];
let wake = () => {};
async function* pieces() {
  for (;;) {
    while (!waiting.length) await new Promise((resolve) => (wake = resolve));
    const piece = waiting.shift();
    if (piece === null) return;
    yield piece;
  }
}
const put = (piece) => (waiting.push(piece), wake());
const audio = document.querySelector('audio');
document.querySelector('button').addEventListener('click', () => {
  const stop = speakAsWritten(pieces(), audio, { url: location.origin.replace('http', 'ws') + '/tts/stream' });
  window.model = { write: put, end: () => put(null), stop };
  void audio.play();
});`;

/** @typedef {import('../support/world.js').Probe} Probe */

const CHAT = '/test/chat.html?with=captions';
const FERRY = ['The ferry leaves at nine in the morning. ', 'Bring a warm coat, because the wind is cold. ', 'Nobody will wait for you.'];

/** @param {World} world */
export function writing(world) {
  const { driver, front } = world;

  /** Visits a page with the guide's code, and begins a reply. @param {() => Promise<void>} visit */
  const visiting = (visit) => {
    front.pages.set('/test/writing.html', {
      text: page('<button type="button">Ask</button><audio controls></audio>', '<script type="module" src="/test/writing.js"></script>'),
      policy: POLICY,
    });
    front.pages.set('/test/writing.js', { text: SCRIPT, type: '.js' });
    return world.visiting('/test/writing.html', async () => {
      await world.click('button', '^Ask$');
      await visit();
    });
  };

  /** @param {'write' | 'end' | 'stop'} verb @param {string} [piece] */
  const model = (verb, piece) => driver.run((verb, piece) => (/** @type {any} */ (window).model[verb](piece), null), verb, piece ?? null);
  const sound = () =>
    driver.run(() => {
      const audio = /** @type {HTMLAudioElement} */ (document.querySelector('audio'));
      return { at: audio.currentTime, ended: audio.ended, made: audio.buffered.length ? audio.buffered.end(0) : 0, error: audio.error?.message ?? null };
    });

  test('the first sentence is heard before the second is written, and the last to its end', () =>
    visiting(async () => {
      await model('write', 'The ferry leaves at nine in the mor');
      await model('write', 'ning. Bring a');
      await world.until(async () => (await sound()).at > 0.3, 'the first sentence');
      const { made } = await sound();
      await model('write', ' warm coat, because the wind is cold.');
      await model('end');
      await world.until(async () => (await sound()).ended, 'the end');
      const { at, error } = await sound();
      assert.equal(error, null);
      assert.ok(at > made + 1, `the second sentence is heard too: ${made} s, then ${at} s`);
    }));

  test('a reply that is stopped is made no further', () =>
    visiting(async () => {
      await model('write', 'The ferry leaves at nine in the morning. Bring a');
      await world.until(async () => (await sound()).at > 0.2, 'the first sentence');
      const before = (await sound()).made;
      await model('stop');
      await model('write', ' warm coat, because the wind is cold. And some');
      await model('end');
      await world.until(async () => (await sound()).ended, 'the end of what was made');
      assert.ok((await sound()).made <= before + 0.1, 'no more came');
    }));

  const sentences = async () => (await world.state()).captions.utterances.map(({ text }) => text);
  const whole = FERRY.map((text) => text.trim());
  /** The model writes to the message `new`. @param {...string} pieces */
  const write = (...pieces) =>
    driver.run((pieces) => {
      for (const piece of pieces) /** @type {Probe} */ (window).probe.player().write('new', piece);
    }, pieces);
  const complete = () => driver.run(() => /** @type {Probe} */ (window).probe.player().complete('new'));
  /** A message that is being written. @param {string} text */
  const add = (text) =>
    driver.run((text) => {
      const message = /** @type {any} */ (window).chat.add(text, 'new');
      message.setAttribute('aria-busy', 'true');
    }, text);
  /** Notes when the player first says each sentence, and each of its states. */
  const watch = () =>
    driver.run(() => {
      const { probe } = /** @type {Probe} */ (window);
      probe.heardSentences = [];
      probe.statuses = [];
      probe.player().addEventListener('captionchange', (/** @type {any} */ { detail }) => probe.heardSentences.push(detail.text));
      probe.player().addEventListener('statechange', (/** @type {any} */ { detail: { status } }) => probe.statuses.at(-1) === status || probe.statuses.push(status));
    });
  const heardSentences = () => driver.run(() => /** @type {Probe} */ (window).probe.heardSentences);

  test('a message is heard while it is written, over a connection that breaks, and anew when it is written anew', () =>
    world.visiting(
      CHAT,
      async () => {
        await add('');
        await watch();
        await write('The ferry leaves at nine in the mor');
        await world.listen(-1);
        await world.reaches('waiting');
        await world.told('Waiting for the rest');
        const after = await driver.run(() => {
          const { probe } = /** @type {Probe} */ (window);
          const begun = performance.now();
          for (const piece of ['ning. ', 'Bring a']) probe.player().write('new', piece);
          return probe.until(() => probe.audio().currentTime > 0 && performance.now() - begun, 'sound');
        });
        world.note(`first sound ${Math.round(after)} ms after the first sentence was written`);
        await world.heard(0.05);
        assert.equal((await world.state()).open, true);
        await world.reaches('waiting');
        front.hangUp();
        await write(' warm coat, because the wind is cold. ', 'Nobody');
        await world.heard(3);
        front.hangUp();
        await write(' will wait for you.');
        await complete();
        await world.reaches('ended');
        assert.deepEqual(await sentences(), whole);
        assert.deepEqual(await heardSentences(), whole, 'each once, in order');
        const { duration, durationExact, open } = await world.state();
        assert.deepEqual([durationExact, open], [true, false]);
        const end = Number((await world.state()).captions.utterances.at(-1)?.end);
        assert.ok(Math.abs(duration - end) < 0.4, `${duration} s of sound, ${end} s of captions`);

        await world.click('button', 'again', -1);
        await world.heard(0.2);
        await write('Rome is an old city. ', 'It');
        await world.until(async () => (await heardSentences()).includes('Rome is an old city.'), 'what is written in its place');
        await complete();
        await world.reaches('ended');
        assert.deepEqual((await sentences())[0], 'Rome is an old city.');
      },
      { expected: /WebSocket|at ws:|Failed to load resource/ },
    ));

  test('in continuous mode what the page draws is read from its first sentence on; what is drawn otherwise and pauses lose nothing', () =>
    world.visiting('/test/chat.html?with=captions&with=continuous', async () => {
      await driver.click(await driver.run(() => /** @type {any} */ (document.querySelector('#typed'))));
      await watch();
      await add('The **ferry');
      /** @param {string} html */
      const draw = (html) =>
        driver.run((html) => {
          const message = /** @type {HTMLElement} */ (document.querySelector('[data-message-id=new]'));
          const speaker = message.querySelector('saywell-speaker');
          message.innerHTML = html;
          if (speaker) message.append(speaker);
        }, html);
      await draw('<p>The <b>ferry</b> leaves at nine in the morning. Bring a *warm</p>');
      await world.heard(0.05);
      await draw('<p>The <b>ferry</b> leaves at nine in the morning. Bring a <i>warm</i> coat,</p>');
      await world.reaches('waiting');
      // Longer than any quiet that could be taken for an end.
      await driver.run(() => new Promise((resolve) => setTimeout(resolve, 2000)));
      assert.equal((await world.state()).status, 'waiting');
      await draw('<p>The <b>ferry</b> leaves at nine in the morning. Bring a <i>warm</i> coat, because the wind is cold. Nobody will wait for you.</p>');
      await driver.run(() => document.querySelector('[data-message-id=new]')?.setAttribute('aria-busy', 'false'));
      await driver.until(() => /^Bring a warm coat/.test(/** @type {Probe} */ (window).probe.marked('saywell-sentence')), 'the second sentence to be marked');
      await world.reaches('ended');
      assert.deepEqual(await heardSentences(), whole);
    }));

  test('without Media Source Extensions a reply is heard sentence by sentence while it is written', () =>
    world.visiting(`${CHAT}&without=MediaSource&without=ManagedMediaSource`, async () => {
      await add('');
      await watch();
      await world.listen(-1);
      await world.reaches('waiting');
      await write('The ferry leaves at nine in the morning. ', 'Bring a');
      await world.heard(0.05);
      await world.reaches('waiting');
      await write(' warm coat, because the wind is cold. ', 'Nobody will wait for you.');
      await complete();
      await world.reaches('ended');
      assert.deepEqual(await heardSentences(), whole);
      assert.equal(front.lines.length, 0);
    }));

  test('a stream of pieces is spoken, by files where no WebSocket is let through', () =>
    world.visiting(
      CHAT,
      async () => {
        await watch();
        await driver.run(() => {
          async function* pieces() {
            for (const piece of ['It is raining. ', 'Take an umbrella.']) {
              yield piece;
              await new Promise((resolve) => setTimeout(resolve, 100));
            }
          }
          const typed = /** @type {HTMLElement} */ (document.querySelector('#typed'));
          typed.addEventListener('click', () => void /** @type {Probe} */ (window).probe.player().speakStream(pieces()), { once: true });
        });
        await driver.click(await driver.run(() => /** @type {any} */ (document.querySelector('#typed'))));
        await world.reaches('ended');
        assert.deepEqual(await heardSentences(), ['It is raining.', 'Take an umbrella.']);
        assert.equal((await world.state()).rendition?.format, 'mp3');
      },
      { before: () => (front.joins = false), expected: /WebSocket|at ws:|Failed to load resource/ },
    ));
}
