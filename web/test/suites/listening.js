// What a listener does, and what they get.

import assert from 'node:assert/strict';
import { test } from 'node:test';

/** @typedef {import('../support/world.js').World} World */
/** @typedef {import('../support/world.js').Probe} Probe */

const CHAT = '/test/chat.html';

/** Long enough that its sound is still being made when it starts to be heard. */
const LONG_REPLY = Array.from(
  { length: 60 },
  (_, index) => `Sentence number ${index + 1} tells about the harbour, its ${index + 7} boats and the weather of the day.`,
).join(' ');

/** @param {World} world */
export function listening(world) {
  const { driver, front } = world;

  test('a click is heard; pause and resume keep the place; stop ends it', () =>
    world.visiting(CHAT, async () => {
      await world.listen(1);
      await world.heard(0.5);
      await world.click('button', '^Pause$', 1);
      await world.reaches('paused');
      const { currentTime } = await world.audio();
      await driver.run(() => new Promise((resolve) => setTimeout(resolve, 300)));
      assert.equal((await world.audio()).currentTime, currentTime, 'a pause holds still');
      await world.click('button', '^Resume$', 1);
      await world.heard(currentTime + 0.3);
      await world.click('button', '^Stop$', 1);
      await world.reaches('idle');
      assert.equal((await world.audio()).paused, true);
    }));

  test('seeking by the bar goes there, forward and back', () =>
    world.visiting(CHAT, async () => {
      await world.listen(1);
      await world.heard(0.3);
      /** @param {number} seconds */
      const drag = (seconds) =>
        driver.run((seconds) => {
          const bar = /** @type {Probe} */ (window).probe.control('slider', 'Position', 1);
          bar.value = String(seconds);
          bar.dispatchEvent(new Event('input', { bubbles: true }));
          bar.dispatchEvent(new Event('change', { bubbles: true }));
          return Number(bar.style.getPropertyValue('--progress')) * bar.max;
        }, seconds);
      // What is filled follows the knob, by however little it is moved.
      for (const seconds of [9, 9.05]) assert.ok(Math.abs((await drag(seconds)) - seconds) < 0.02);
      const reached = await driver.until(() => {
        const { currentTime } = /** @type {Probe} */ (window).probe.audio();
        return currentTime > 9.2 && currentTime;
      }, 'a way forward');
      assert.ok(reached < 12, `not farther than asked: ${reached}`);
      await drag(2);
      await driver.run(() => {
        const { probe } = /** @type {Probe} */ (window);
        return probe.until(() => probe.audio().currentTime > 2.2 && probe.audio().currentTime < 5, 'a way back');
      });
    }));

  test('a reply is heard to its end, and again at once', () =>
    world.visiting(CHAT, async () => {
      await world.listen(0);
      await world.reaches('ended');
      const { position, duration, durationExact } = await world.state();
      assert.equal(durationExact, true);
      assert.ok(duration > 2 && Math.abs(position - duration) < 0.05, `${position} of ${duration} s`);
      const asked = front.seen('POST', /^\/tts$/).length;
      await world.click('button', 'again', 0);
      await world.heard(0.2);
      const askedAgain = front.seen('POST', /^\/tts$/).length > asked;
      assert.ok(!askedAgain || (await world.state()).rendition?.cached, 'nothing is made twice');
    }));

  test('what was heard once comes from the cache', () =>
    world.visiting(CHAT, async () => {
      await world.listen(0);
      await world.heard(0.2);
      const { rendition, firstSoundMs } = await world.state();
      assert.equal(rendition?.cached, true);
      assert.ok(firstSoundMs !== null && firstSoundMs < 1500, `first sound after ${firstSoundMs} ms`);
    }));

  test('a long reply sounds while it is still being made, and stopping leaves the gateway', () =>
    world.visiting(CHAT, async () => {
      await driver.run((text) => {
        const { chat, probe } = /** @type {any} */ (window);
        chat.add(text, 'long');
        probe.player().addEventListener('statechange', () => {
          const { status, durationExact } = probe.player().state;
          if (status === 'playing') probe.exactAtFirstSound ??= durationExact;
        });
      }, LONG_REPLY);
      await world.listen(-1);
      await world.reaches('playing');
      assert.equal(await driver.run(() => /** @type {any} */ (window).probe.exactAtFirstSound), false);
      const [sound] = front.seen('GET', /^\/tts\/audio\//);
      assert.ok(sound, 'sound was fetched');
      await world.click('button', '^Stop$', -1);
      await world.reaches('idle');
      await world.until(() => sound.left, 'the connection to end');
    }));

  test('a second message ends the first; there is one <audio>', () =>
    world.visiting(CHAT, async () => {
      await world.listen(1);
      await world.heard(0.2);
      await world.listen(0);
      await driver.run(() => {
        const { probe } = /** @type {Probe} */ (window);
        return probe.until(() => probe.control('button', '^Listen', 1) && probe.control('button', '^Pause', 0), 'the switch');
      });
      await world.heard(0.2);
      const audios = await driver.run(() => {
        const { probe } = /** @type {Probe} */ (window);
        return [...probe.deep(document)].filter((element) => element.localName === 'audio').length;
      });
      assert.equal(audios, 1);
      // Who comes back to a message finds their place.
      await driver.run(() => /** @type {Probe} */ (window).probe.player().speak(/** @type {Probe} */ (window).probe.messages()[1]));
      await world.heard(0.2);
      await driver.run(() => /** @type {Probe} */ (window).probe.player().seek(6));
      await world.heard(6.2);
      await world.listen(0);
      /** @param {number} from @param {number} to  seconds */
      const plays = (from, to) =>
        driver.until((from, to) => {
          const { status, position } = /** @type {Probe} */ (window).probe.player().state;
          return status === 'playing' && from < position && position < to;
        }, `what is between ${from} and ${to} s`, from, to);
      await plays(0, 4);
      await world.listen(1);
      await plays(6.2, 12);
    }));

  test('messages that come later get a speaker; without Markdown, the page is read', () =>
    world.visiting(CHAT, async () => {
      await world.listen(2);
      await world.heard(0.2);
      const [asked] = front.seen('POST', /^\/tts$/);
      assert.equal(asked?.body.text, '## Three things\n\n1. Bread\n\n1. Milk\n\n```\nrm -rf /\n```\n\nThat is all.');
      assert.equal(asked?.body.message_id, 'list');
      await driver.run(() => /** @type {any} */ (window).chat.add('A late message.', 'late') && null);
      await world.listen(-1);
      await world.heard(0.2);
      assert.equal((await world.state()).status === 'playing' || (await world.state()).status === 'ended', true);
    }));

  test('rendering a message anew interrupts nothing', () =>
    world.visiting(CHAT, async () => {
      await world.listen(1);
      await world.heard(0.5);
      await driver.run(() => /** @type {any} */ (window).chat.renderAnew('harbour'));
      await world.control('button', '^Pause$', 1);
      const { currentTime } = await world.audio();
      await world.heard(currentTime + 0.5);
      await world.click('button', '^Stop$', 1);
      await world.reaches('idle');
    }));

  test('leaving the page for another and coming back leaves no sound and no fault', () =>
    world.visiting(CHAT, async () => {
      await world.listen(1);
      await world.heard(0.3);
      await driver.goto(`${world.url}test/blank.html`);
      const mark = world.ear.heardSamples;
      await world.until(() => world.ear.heardSamples > mark + 24_000, 'a second to pass');
      const rest = world.ear.since(mark + 12_000);
      assert.ok(rest.every((sample) => Math.abs(sample) < 0.01), 'silence after leaving');
      await driver.back();
      // A question that the page's end overtakes has no answer.
      const back = () => driver.run(() => 'probe' in window && location.pathname.endsWith('chat.html')).catch(() => false);
      await world.until(back, 'the way back');
      await world.listen(0);
      await world.heard(0.2);
    }));

  test('taking the element off the page ends its sound and its speakers', () =>
    world.visiting(CHAT, async () => {
      await world.listen(1);
      await world.heard(0.3);
      await driver.run(() => {
        const { probe } = /** @type {Probe} */ (window);
        const [player, audio] = [probe.player(), probe.audio()];
        player.remove();
        return probe.until(() => audio.paused && !document.querySelector('saywell-speaker'), 'silence and no speakers');
      });
      await driver.run(() => {
        const player = document.createElement('saywell-player');
        player.setAttribute('messages', '.assistant');
        document.body.append(player);
      });
      await world.listen(0);
      await world.heard(0.2);
    }));

  test('an engine that takes no WebM gets fragmented MP4', () =>
    world.visiting(`${CHAT}?without=webm`, async () => {
      await world.listen(0);
      await world.heard(0.5);
      assert.equal((await world.state()).rendition?.format, 'mp4');
    }));

  test('an engine without Media Source Extensions gets files, and each word its time', () =>
    world.visiting(`${CHAT}?without=MediaSource&without=ManagedMediaSource&with=captions`, async () => {
      await world.listen(1);
      await world.heard(0.5);
      assert.equal((await world.state()).rendition?.format, 'mp3');
      await driver.run(() => /** @type {Probe} */ (window).probe.player().seek(6));
      await world.until(async () => {
        const { status, position } = await world.state();
        return status === 'playing' && position > 6.2;
      }, 'sound from there');
      await world.until(async () => (await driver.run(() => /** @type {Probe} */ (window).probe.marked('saywell-word'))) !== '', 'a word to be marked');
      const { position, captions } = await world.state();
      const words = captions.words.filter(({ start, end }) => start <= position && position < end + 1);
      const text = await driver.run(() => document.querySelectorAll('.assistant p')[1]?.textContent ?? '');
      assert.ok(words.length > 0, 'words around what is heard');
      for (const { text: word, source: [from, to] } of words) assert.equal(text.slice(from, to), word);
    }));

  test('where listening is switched off, there are no speakers', () =>
    world.visiting(
      CHAT,
      async () => {
        await world.until(() => front.seen('GET', /^\/tts\/config/).length > 0, 'the settings');
        await driver.run(() => new Promise((resolve) => setTimeout(resolve, 500)));
        assert.equal(await driver.run(() => document.querySelectorAll('saywell-speaker').length), 0);
      },
      { before: () => (front.rule = ({ path }) => (path.startsWith('/tts/config') ? { json: { enabled: false } } : null)) },
    ));
}
