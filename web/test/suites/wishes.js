// What listeners of other players expect: a voice of their choice, loudness, steps, taps on words, far
// jumps, a queue, a timer; and that only one page speaks.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { piece } from '../support/guide.js';

/** @typedef {import('../support/world.js').World} World */
/** @typedef {import('../support/world.js').Probe} Probe */

const CHAT = '/test/chat.html';
const SENTENCES = 150;
/** Within how long the voice inside is to be heard at a place that was not made yet, in milliseconds. */
const JUMP_MS = 500;
/** About 1500 words: ten minutes. */
const LONG = Array.from({ length: SENTENCES }, (_, index) => `Sentence ${index + 1} tells of the harbour, its ${index + 7} boats and the weather.`).join(' ');

/** @param {World} world */
export function wishes(world) {
  const { driver, front } = world;

  /** Adds a reply with words that nobody has heard before. @param {string} id @param {string} text */
  const add = (id, text) => driver.run((id, text) => /** @type {any} */ (window).chat.add(text, id) && null, id, text);
  const asked = () => front.seen('POST', /^\/tts$/);
  /** What is heard now, by its name. */
  const heard = () => driver.run(() => String(/** @type {Probe} */ (window).probe.player().state.message));
  const becomes = (/** @type {string} */ name) => world.until(async () => (await heard()) === name, `${name} to be heard`);

  test('a jump far ahead is asked for from there, and back is back', () =>
    world.visiting(CHAT, async () => {
      await add('long', `${Date.now()}. ${LONG}`);
      await world.listen(-1);
      await world.reaches('playing');
      const { far, ms } = await driver.run(async () => {
        const { probe } = /** @type {Probe} */ (window);
        const player = probe.player();
        // The engine may have all of it soon: then there is nothing to jump over.
        const far = Math.round(player.state.duration * 0.8);
        const isAhead = far > player.state.buffered + 10;
        const begun = performance.now();
        player.seek(far);
        await probe.until(() => player.state.status === 'playing' && probe.audio().currentTime > far + 0.05, `sound at ${far}`);
        return { far, isAhead, ms: Math.round(performance.now() - begun) };
      });
      const { firstSoundMs } = await world.state();
      world.note(`a jump to ${far} s: sound after ${ms} ms, where a press took ${Math.round(firstSoundMs ?? 0)} ms`);
      // On a machine that is busy, or with a slow build, a press takes long as well: a jump is much like one.
      const most = Math.max(JUMP_MS, 2 * Number(firstSoundMs));
      assert.ok(ms <= most, `${ms} ms, where ${most} ms are allowed`);
      const starts = asked().map(({ body }) => body.start_at ?? 0);
      assert.ok(starts.length === 1 || starts[1] > LONG.length * 0.6, `asked for from the bytes ${starts}`);
      await world.until(async () => (await world.state()).captions.utterances.length > 0, 'captions there');
      const [first] = (await world.state()).captions.utterances;
      assert.ok(starts.length === 1 || (Number(first?.source[0]) >= Number(starts[1]) && Math.abs(Number(first?.start) - far) < 1), JSON.stringify(first));
      // The sentence before it was jumped over.
      const [now, before] = await driver.run(async () => {
        const { probe } = /** @type {Probe} */ (window);
        const player = probe.player();
        const said = () => {
          const { captions, position } = player.state;
          return Number(/Sentence (\d+)/.exec(captions.utterances.findLast((/** @type {any} */ { start }) => start <= position)?.text)?.[1]);
        };
        player.pause();
        player.seek(player.state.captions.utterances[0].start + 0.05);
        const now = said();
        player.skip(-1);
        await probe.until(() => said() < now, `a sentence before number ${now}`);
        const before = said();
        player.resume();
        await probe.until(() => player.state.status === 'playing', 'sound of it');
        return [now, before];
      });
      assert.equal(before, now - 1);
      const { duration } = await world.state();
      assert.ok(duration > far + 10, `${duration} s in all`);
      await driver.run(() => /** @type {Probe} */ (window).probe.player().seek(1));
      await driver.until(() => {
        const { status, position, captions } = /** @type {Probe} */ (window).probe.player().state;
        return status === 'playing' && position < 8 && captions.utterances[0]?.start < 0.1;
      }, 'the start again, and its captions');
    }));

  test('a place is found again when the page has been loaded anew', () =>
    world.visiting(CHAT, async () => {
      await world.listen(1);
      await world.heard(0.2);
      await driver.run(() => /** @type {Probe} */ (window).probe.player().seek(6));
      await world.heard(6.2);
      await driver.goto(`${world.url}test/chat.html`);
      await world.listen(1);
      // Some engines begin at the start, and go there at once.
      const passed = await driver.until(() => {
        const { probe } = /** @type {Probe} */ (window);
        const { status, position } = probe.player().state;
        if (status === 'playing') probe.begun ??= performance.now();
        return status === 'playing' && position > 5.9 && position < 14 && performance.now() - probe.begun;
      }, 'what comes after the place');
      assert.ok(passed < 4000, `it was there after ${passed} ms, as if it had been heard from the start`);
    }));

  test('a tap on a word goes there, also where no sound has come yet, unless it is switched off', () =>
    world.visiting(`${CHAT}?with=captions`, async () => {
      await add('long', `${Date.now()}. ${LONG}`);
      /** Taps on the first word of a sentence. @param {number} number */
      const tap = (number) =>
        driver.run((number) => {
          const text = /** @type {Probe} */ (window).probe.messages().at(-1).querySelector('p').firstChild;
          const range = new Range();
          const at = text.data.indexOf(`Sentence ${number} `);
          range.setStart(text, at);
          range.setEnd(text, at + 8);
          text.parentElement.scrollIntoView({ block: 'start', behavior: 'instant' });
          scrollBy({ top: range.getBoundingClientRect().top - 200, behavior: 'instant' });
          const { left, top, width, height } = range.getBoundingClientRect();
          const place = { bubbles: true, composed: true, cancelable: true, clientX: left + width / 3, clientY: top + height / 2 };
          text.parentElement.dispatchEvent(new MouseEvent('click', place));
        }, number);
      /** Waits until a sentence is said, which is one that begins with a number. @param {number} number */
      const saying = (number) =>
        driver.run((number) => {
          const { probe } = /** @type {Probe} */ (window);
          return probe.until(() => {
            const { captions, position, status } = probe.player().state;
            const at = captions.words.findLastIndex((/** @type {any} */ { start }) => start <= position);
            return status === 'playing' && captions.words.slice(Math.max(0, at - 8), at + 1).some((/** @type {any} */ { text }) => text === String(number));
          }, `sentence ${number}`);
        }, number);
      await world.listen(-1);
      await world.reaches('playing');
      await tap(120);
      await saying(120);
      await tap(121);
      await saying(121);
      await driver.run(() => /** @type {Probe} */ (window).probe.player().choose('taps', false));
      await tap(2);
      const { currentTime } = await world.audio();
      await world.heard(currentTime + 0.2);
      assert.ok(currentTime > 60, 'nothing was gone to');
    }));

  test('a voice is chosen, heard at once, sampled, and remembered', () =>
    world.visiting(
      CHAT,
      async () => {
        await world.listen(1);
        await world.heard(0.3);
        await world.click('button', '^More$', 1);
        await world.control('select', '^Voice$', 1);
        await world.findsNoBarrier('with voices to choose from');
        const offered = await driver.run(() => {
          const list = /** @type {Probe} */ (window).probe.control('select', '^Voice$', 1);
          list.value = 'nova';
          list.dispatchEvent(new Event('change', { bubbles: true }));
          return [...list.querySelectorAll('optgroup')].map((/** @type {any} */ group) => `${group.label}: ${[...group.children].map(({ text }) => text)}`);
        });
        assert.deepEqual(offered, ['English: Heart (female),Nova (male, experimental)', 'French: Claire']);
        await world.until(() => asked().some(({ body }) => body.voice === 'nova'), 'what is heard, in the other voice');
        await world.reaches('playing');
        await world.click('button', '^Hear a sample$', 1);
        await world.until(() => front.seen('GET', /^\/tts\/voices\/nova\/sample$/).length === 1, 'a sample of it');
        await world.reaches('paused');
        await driver.goto(`${world.url}test/chat.html`);
        await world.listen(0);
        await world.heard(0.2);
        assert.equal(asked().at(-1)?.body.voice, 'nova');
      },
      {
        before: () => {
          const voices = [['heart', 'Heart', 'en', 'female'], ['nova', 'Nova', 'en', 'male'], ['claire', 'Claire', 'fr']];
          front.rule = ({ path }) => (path === '/tts/voices' ? { json: { voices: voices.map(([id, name, language, gender = null]) => ({ id, name, language, gender, experimental: id === 'nova', provider: 'local' })) } } : null);
        },
      },
    ));

  test('a voice is remembered for the language of what was heard, and not for others', () =>
    world.visiting(CHAT, async () => {
      await driver.run(() => /** @type {any} */ (window).chat.add('In German this would be another voice.', 'deutsch').setAttribute('lang', 'de-AT'));
      await world.listen(0);
      await world.heard(0.1);
      await driver.run(() => /** @type {Probe} */ (window).probe.player().chooseVoice('nova'));
      await world.until(() => asked().some(({ body }) => body.voice === 'nova'), 'the voice that was chosen');
      await world.listen(-1);
      await world.until(() => asked().some(({ body }) => /^In German/.test(body.text)), 'the one in another language');
      assert.equal(asked().findLast(({ body }) => /^In German/.test(body.text))?.body.voice, undefined);
      await world.listen(1);
      await world.until(() => asked().some(({ body }) => /^Our harbour/.test(body.text)), 'the next one in English');
      assert.equal(asked().findLast(({ body }) => /^Our harbour/.test(body.text))?.body.voice, 'nova');
    }));

  test('loudness and steps of ten seconds are at hand, and loudness is remembered', () =>
    world.visiting(CHAT, async () => {
      await world.listen(1);
      await world.heard(0.3);
      // A reply that is heard meanwhile may be over before somebody presses.
      await world.click('button', '^Pause$', 1);
      await world.reaches('paused');
      await world.click('button', '^Ten seconds on$', 1);
      await world.until(async () => (await world.audio()).currentTime > 10, 'a way on');
      await world.click('button', '^Ten seconds back$', 1);
      await world.until(async () => (await world.audio()).currentTime < 5, 'a way back');
      await world.click('button', '^More$', 1);
      await driver.run(() => {
        const loudness = /** @type {Probe} */ (window).probe.control('slider', '^Volume$', 1);
        loudness.value = '0.4';
        loudness.dispatchEvent(new Event('input', { bubbles: true }));
      });
      const now = () => driver.run(() => [/** @type {Probe} */ (window).probe.audio()].map(({ volume, muted }) => ({ volume: Math.round(volume * 100) / 100, muted }))[0]);
      assert.deepEqual(await now(), { volume: 0.4, muted: false });
      await world.click('button', '^Mute$', 1);
      assert.deepEqual(await now(), { volume: 0.4, muted: true });
      await world.click('button', '^Mute$', 1);
      await driver.goto(`${world.url}test/chat.html`);
      await world.control('button', '^Listen', 0);
      assert.deepEqual(await now(), { volume: 0.4, muted: false });
    }));

  test('a token that has ended is renewed, once, and what was asked for is heard', () =>
    world.visiting(
      CHAT,
      async () => {
        await driver.run(() => {
          const { probe } = /** @type {Probe} */ (window);
          probe.refused = [];
          probe.player().token = (/** @type {string | undefined} */ refused) => {
            probe.refused.push(refused ?? null);
            return refused ? 'renewed' : 'ended';
          };
        });
        front.rule = ({ path, headers }) => (path === '/tts' && headers.authorization === 'Bearer ended' ? { status: 401, json: { error: { code: 'unauthorized', message: 'it has ended' } } } : null);
        await world.listen(0);
        await world.heard(0.2);
        assert.deepEqual(asked().map(({ headers }) => headers.authorization), ['Bearer ended', 'Bearer renewed']);
        assert.deepEqual(await driver.run(() => /** @type {Probe} */ (window).probe.refused.filter(Boolean)), ['ended']);
        // One that is refused as well is the end of it.
        front.rule = ({ path }) => (path === '/tts' ? { status: 401, json: { error: { code: 'unauthorized', message: 'no' } } } : null);
        await world.listen(1);
        await world.told('sign in');
        assert.equal(asked().length, 4);
      },
      { expected: /Failed to load resource/ },
    ));

  test('figures of listening are told where the page asks for them, without a word of the text', () =>
    world.visiting(`${CHAT}?with=conversation:harbour`, async () => {
      await driver.run(() => {
        const { probe } = /** @type {Probe} */ (window);
        probe.sent = [];
        const sendBeacon = (/** @type {string} */ address, /** @type {Blob} */ body) => probe.sent.push({ address, text: body.text() });
        Object.defineProperty(navigator, 'sendBeacon', { value: sendBeacon, configurable: true });
      });
      // What the guide gives to copy.
      await driver.inject(piece('Listening figures', 'js'));
      const figures = () =>
        driver.run(async () => {
          /** @type {any[]} */
          const figures = [];
          for (const { address, text } of /** @type {Probe} */ (window).probe.sent) if (address === '/listening-figures') figures.push(JSON.parse(await text));
          return figures;
        });
      await world.listen(1);
      await world.heard(0.3);
      await driver.run(() => /** @type {Probe} */ (window).probe.player().stop());
      assert.deepEqual(await figures(), [], 'nobody has asked');
      await driver.run(() => /** @type {Probe} */ (window).probe.player().toggleAttribute('figures'));
      await world.listen(1);
      await world.heard(0.5);
      await world.listen(0);
      await world.reaches('ended');
      const told = await figures();
      assert.deepEqual(told.map(({ what, listening, quarter }) => `${what} ${listening} ${quarter ?? ''}`.trim()), ['started 2', 'stopped 2', 'started 3', 'quarter 3 1', 'quarter 3 2', 'quarter 3 3', 'quarter 3 4', 'finished 3']);
      const [, stopped, , , , , , finished] = told;
      assert.ok(stopped.position > 0.3 && stopped.position < stopped.duration - 1 && Math.abs(finished.heard - finished.duration) < 0.5, JSON.stringify(told));
      assert.deepEqual([finished.by, finished.room, finished.provider, typeof finished.voice], ['gateway', 'harbour', 'local', 'string']);
      assert.doesNotMatch(JSON.stringify(told), /harbour is|ferry|coat/, 'no text, and no name of a message');
    }));

  test('of two tabs one speaks', () =>
    world.visiting(CHAT, async () => {
      const first = await driver.tab();
      await world.listen(1);
      await world.heard(0.3);
      await driver.openTab();
      const second = await driver.tab();
      try {
        await driver.goto(`${world.url}test/chat.html`);
        await world.listen(0);
        await world.heard(0.2);
        await driver.switchTo(first);
        await world.reaches('paused');
        // And the other way round.
        await driver.run(() => /** @type {Probe} */ (window).probe.player().resume());
        await world.reaches('playing');
        await driver.switchTo(second);
        await world.until(async () => ['paused', 'ended'].includes((await world.state()).status), 'the second to be silent');
      } finally {
        await driver.switchTo(second);
        await driver.closeTab();
        await driver.switchTo(first);
      }
    }));

  test('replies are queued, read on from one, and end when the timer says so', () =>
    world.visiting(CHAT, async () => {
      await add('short', 'A short one.');
      await add('last', 'The last one, which is a little longer than the one before it.');
      /** A short reply would be over before somebody presses the next button. @param {string} name */
      const pauseIn = (name) =>
        driver.until((name) => {
          const player = /** @type {Probe} */ (window).probe.player();
          const { message, status, position } = player.state;
          return message === name && status === 'playing' && position > 0.05 && (player.pause(), true);
        }, `${name} to be heard`, name);
      const goOn = () => driver.run(() => /** @type {Probe} */ (window).probe.player().resume());
      await world.listen(-2);
      await pauseIn('short');
      await driver.run(() => {
        const button = /** @type {Probe} */ (window).probe.control('button', '^Listen', 0);
        button.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true, shiftKey: true }));
      });
      await driver.run(() => /** @type {Probe} */ (window).probe.control('button', '^Listen', 2).focus());
      await driver.press('Shift+Enter');
      assert.equal(await heard(), 'short');
      await goOn();
      await becomes('coat');
      await driver.until(() => {
        const player = /** @type {Probe} */ (window).probe.player();
        const { message, status, duration, durationExact } = player.state;
        return message === 'coat' && status === 'playing' && durationExact && (player.seek(duration - 0.3), true);
      }, 'all of it');
      await becomes('list');
      await driver.run(() => /** @type {Probe} */ (window).probe.player().stop());
      await world.listen(-2);
      await pauseIn('short');
      await world.click('button', '^More$', -2);
      await world.click('button', '^Read from here on$', -2);
      await goOn();
      await pauseIn('last');
      await world.click('button', '^More$', -1);
      const minutes = await driver.run(() => [.../** @type {Probe} */ (window).probe.control('select', '^Sleep timer$', -1).options].map(({ text }) => text));
      assert.deepEqual(minutes.slice(0, 2), ['Sleep timer: –', 'Sleep timer: 5 minutes']);
      await driver.run(() => {
        const { probe } = /** @type {Probe} */ (window);
        probe.player().queue(probe.messages()[0]);
        probe.player().resume();
        probe.player().sleep(0.01);
        return probe.until(() => probe.player().sleepMinutes === 0.01, 'the timer');
      });
      await world.reaches('paused');
      assert.equal(await driver.run(() => /** @type {Probe} */ (window).probe.player().sleepMinutes), null);
      await world.click('button', '^Resume$', -1);
      await world.reaches('ended');
      assert.equal(await heard(), 'last', 'what was queued is not read any more');
    }));

  test('new replies cut in where that is chosen, in the conversations where they are read at all', () =>
    world.visiting(`${CHAT}?with=conversation:harbour`, async () => {
      await world.listen(1);
      await world.heard(0.3);
      const choices = () => driver.run(() => /** @type {Probe} */ (window).probe.player().choices);
      await driver.run(() => {
        const player = /** @type {Probe} */ (window).probe.player();
        player.choose('continuous', true);
        player.choose('cut', true);
      });
      await add('news', 'There is news from the harbour. The ferry is late.');
      await becomes('news');
      await world.heard(0.1);
      await driver.run(() => /** @type {Probe} */ (window).probe.player().setAttribute('conversation', 'other'));
      assert.equal((await choices()).continuous, false, 'nothing was chosen for this one');
      await driver.run(() => /** @type {Probe} */ (window).probe.player().setAttribute('conversation', 'harbour'));
      assert.deepEqual(await choices(), { words: false, bar: false, taps: true, continuous: true, cut: true });
    }));

  test('a message whose every node the page writes anew keeps its button, and the keyboard on it', () =>
    world.visiting(CHAT, async () => {
      await add('naive', 'Word');
      await world.control('button', '^Listen', -1);
      const { missing, focus } = await driver.run(async () => {
        const { probe } = /** @type {Probe} */ (window);
        const message = probe.messages().at(-1);
        const button = probe.control('button', '^Listen', -1);
        button.focus();
        let missing = 0;
        for (let word = 0; word < 40; word += 1) {
          message.textContent += ' word';
          await new Promise((drawn) => requestAnimationFrame(drawn));
          if (!message.querySelector('saywell-speaker')) missing += 1;
        }
        return { missing, focus: probe.focused() === button };
      });
      assert.deepEqual({ missing, focus }, { missing: 0, focus: true });
    }));
}
