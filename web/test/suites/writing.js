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

  /** Words that a page draws, and where it gives them, says in `data-markdown` too. @param {string} text @param {boolean} [isGiven] */
  const draw = (text, isGiven = false) =>
    driver.run(
      async (text, isGiven) => {
        const message = /** @type {HTMLElement} */ (document.querySelector('[data-message-id=new]'));
        for (const word of text.split(/(?<= )/)) {
          message.querySelector('p')?.append(word);
          if (isGiven) message.setAttribute('data-markdown', message.querySelector('p')?.textContent ?? '');
          await new Promise((resolve) => setTimeout(resolve, 30));
        }
      },
      text,
      isGiven,
    );
  /** @param {boolean} busy */
  const busy = (busy) => driver.run((busy) => document.querySelector('[data-message-id=new]')?.setAttribute('aria-busy', String(busy)), busy);

  for (const [how, isGiven, says] of /** @type {const} */ ([['draws', false, false], ['draws, with aria-busy', false, true], ['gives, with aria-busy', true, true]])) {
    test(`a model that pauses after all was heard loses nothing and has nothing said again, where the page ${how}`, () =>
      world.visiting('/test/chat.html?with=captions&with=continuous', async () => {
        // What is on the page when it is looked at first is no part of the talk.
        await world.control('button', '^Listen', 0);
        await driver.click(await driver.run(() => /** @type {any} */ (document.querySelector('#typed'))));
        await watch();
        await driver.run(() => {
          const { probe } = /** @type {Probe} */ (window);
          probe.sought = [];
          probe.audio().addEventListener('seeking', () => probe.audio().currentTime < 0.5 && probe.sought.push(probe.audio().currentTime));
          return /** @type {any} */ (window).chat.add('', 'new') && null;
        });
        if (says) await busy(true);
        await draw(`${whole[0]} `, isGiven);
        if (says) await busy(false);
        await world.reaches('ended');
        const { duration } = await world.state();
        if (says) await busy(true);
        // More than one sentence in some words; then one alone, which nothing follows.
        await draw(`${whole[1]} `, isGiven);
        if (says) await busy(false);
        await driver.until((end) => /** @type {Probe} */ (window).probe.player().state.duration > end + 1, 'more than was heard', duration);
        await world.reaches('ended');
        if (says) await busy(true);
        await draw(`${whole[2]} And that is all.`, isGiven);
        if (says) await busy(false);
        await world.until(async () => (await heardSentences()).includes('And that is all.'), 'the last sentence');
        await world.reaches('ended');
        assert.deepEqual(await heardSentences(), [...whole, 'And that is all.']);
        assert.deepEqual(await driver.run(() => /** @type {Probe} */ (window).probe.sought), []);
      }));
  }

  test('a message that was on the page at load is followed once it is heard, however long its writer pauses', () =>
    world.visiting('/test/chat.html?with=captions', async () => {
      await watch();
      // Neither new nor the newest, and nothing says that it is being written.
      const put = (/** @type {string} */ text) => driver.run((text) => document.querySelector('[data-message-id=coat] p')?.append(text), text);
      await world.listen(0);
      await put(' Nobody will wait');
      await put(' for you.');
      await world.until(async () => (await heardSentences()).includes('Nobody will wait for you.'), 'the sentence that came while it was heard');
      await world.reaches('ended');
      await put(' The last boat');
      await put(' is at six. That is all.');
      await world.until(async () => (await heardSentences()).includes('That is all.'), 'the rest');
      await world.reaches('ended');
      assert.deepEqual(await heardSentences(), ['The ferry leaves at nine.', 'Bring a warm coat, because the wind is cold.', 'Nobody will wait for you.', 'The last boat is at six.', 'That is all.']);
    }));

  for (const isOver of [false, true]) {
    test(`another voice goes on from the present sentence of a reply that ${isOver ? 'is complete' : 'is being written'}, and what was before stays within reach`, () =>
      world.visiting(CHAT, async () => {
        await add('');
        await watch();
        await write('First comes the harbour, which is small but old. ', 'Then come the boats, which are painted red and green. ', 'The last is the market, which is open until noon on every day but Sunday. ', 'And');
        if (isOver) await complete();
        await world.listen(-1);
        const saying = (/** @type {string} */ start) => world.until(async () => (await heardSentences()).at(-1)?.startsWith(start), `“${start}”`);
        await saying('The last');
        await driver.run(() => {
          const { probe } = /** @type {Probe} */ (window);
          probe.heardSentences.length = 0;
          probe.player().chooseVoice('heart');
        });
        await saying('The last');
        assert.deepEqual(await heardSentences(), ['The last is the market, which is open until noon on every day but Sunday.']);
        await driver.run(() => /** @type {Probe} */ (window).probe.player().skip(-2));
        await saying('First');
        await saying('Then');
      }));
  }

  for (const [who, query, isDown] of /** @type {const} */ ([['chosen', '&with=provider:browser', false], ['stepping in', '', true]])) {
    test(`the browser’s own voice, ${who}, follows what is written and keeps the screen awake`, () =>
      world.visiting(
        `/test/chat.html?with=captions&synthesiser=good${query}`,
        async () => {
          await driver.run(() => {
            const { probe } = /** @type {Probe} */ (window);
            probe.locks = [];
            const request = async () => (probe.locks.push('held'), { release: async () => probe.locks.push('released') });
            Object.defineProperty(navigator, 'wakeLock', { value: { request }, configurable: true });
          });
          await world.control('button', '^Listen', 0);
          await driver.run(() => /** @type {Probe} */ (window).probe.player().load());
          if (isDown) {
            front.rule = ({ path }) => (path.startsWith('/tts') ? { break: true } : null);
            front.joins = false;
          }
          await add('');
          await write(FERRY[0] ?? '', 'Bring');
          await world.listen(-1);
          await driver.until(() => {
            const { by, status } = /** @type {Probe} */ (window).probe.player().state;
            return by === 'browser' && status === 'waiting';
          }, 'the browser’s own voice to have said the first sentence');
          await write(' a warm coat, because the wind is cold. ', 'Nobody will wait for you.');
          await complete();
          await world.reaches('ended');
          assert.deepEqual(await driver.run(() => /** @type {Probe} */ (window).probe.spoken.map((/** @type {any} */ { text }) => text.trim())), whole);
          assert.deepEqual(await sentences(), whole);
          await world.until(() => driver.run(() => /** @type {Probe} */ (window).probe.locks.at(-1) === 'released'), 'the screen to be let go');
        },
        { expected: /WebSocket|at ws:|Failed to load resource|NetworkError|network connection/ },
      ));
  }

  test('where the page says so, the browser’s own voice does not step in', () =>
    world.visiting(
      `${CHAT}&synthesiser=good&with=fallback:off`,
      async () => {
        await world.control('button', '^Listen', 0);
        await driver.run(() => /** @type {Probe} */ (window).probe.player().load());
        front.rule = ({ path }) => (path.startsWith('/tts') ? { break: true } : null);
        await world.listen(0);
        await world.reaches('failed');
        assert.deepEqual(await driver.run(() => /** @type {Probe} */ (window).probe.spoken), []);
      },
      { expected: /WebSocket|at ws:|Failed to load resource|NetworkError|network connection/ },
    ));

  test('a language that is asked for is the gateway’s to know, whole and while it is written', () =>
    world.visiting(CHAT, async () => {
      await driver.run(() => {
        const { probe } = /** @type {Probe} */ (window);
        probe.said = [];
        const { send } = WebSocket.prototype;
        WebSocket.prototype.send = function (text) {
          probe.said.push(JSON.parse(String(text)));
          send.call(this, text);
        };
        const typed = /** @type {HTMLElement} */ (document.querySelector('#typed'));
        typed.addEventListener('click', () => probe.player().speakText('No.', { language: 'en-GB' }), { once: true });
      });
      await driver.click(await driver.run(() => /** @type {any} */ (document.querySelector('#typed'))));
      await world.reaches('ended');
      assert.equal(front.seen('POST', /^\/tts$/)[0]?.body.language, 'en-GB');
      await driver.run(() => {
        async function* pieces() {
          yield 'No.';
        }
        void /** @type {Probe} */ (window).probe.player().speakStream(pieces(), { language: 'en-GB' });
      });
      await world.until(() => driver.run(() => /** @type {Probe} */ (window).probe.said.some((/** @type {any} */ { type, language }) => type === 'begin' && language === 'en-GB')), 'the language on the connection');
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
