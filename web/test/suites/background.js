// Out of sight: a hidden tab, and the keys and the lock screen of the desktop around the browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RATE } from '../support/sound.js';

/** @typedef {import('../support/world.js').World} World */
/** @typedef {import('../support/world.js').Probe} Probe */

const CHAT = '/test/chat.html';

/** @param {World} world */
export function background(world) {
  const { driver, engine, front } = world;

  /** Puts something before the page, runs a task and brings the page back. @param {() => Promise<void>} task */
  async function hidden(task) {
    // WebKitGTK's other tab is a window of its own, which leaves the first one in view.
    if (engine.name === 'webkit') {
      await driver.minimise();
      await task();
      await driver.resize(1280, 860);
      return;
    }
    const tab = await driver.tab();
    await driver.openTab();
    await task();
    await driver.closeTab();
    await driver.switchTo(tab);
  }

  test('a hidden tab plays on, reads the next reply, and shows where it is when it is seen again', () =>
    world.visiting(`${CHAT}?with=captions&with=continuous`, async () => {
      await driver.run(() => {
        const { probe, chat } = /** @type {any} */ (window);
        probe.unseen = [];
        probe.player().addEventListener('captionchange', (/** @type {CustomEvent} */ { detail }) => {
          if (document.hidden) probe.unseen.push(detail.text);
        });
        document.addEventListener('visibilitychange', () => {
          if (document.hidden) chat.add('Nobody sees this answer. It is heard all the same, to its last word, and it takes a while to say it. Whoever comes back finds the word that is said marked in its place. That is so however long the way back takes, since there is much more to say than anybody needs to find it.', 'next');
        });
      });
      await world.listen(0);
      await world.heard(0.3);
      await hidden(async () => {
        await world.until(() => front.seen('POST', /^\/tts$/).some(({ body }) => /^Nobody/.test(body.text)), 'the next reply to be asked for');
        const begun = world.ear.heardSamples;
        const loud = () => world.ear.since(begun).filter((sample) => Math.abs(sample) > 0.02).length;
        await world.until(() => world.ear.heardSamples > begun + RATE * 2.5 && loud() > 5000, 'sound of a page that is hidden');
      });
      const { unseen, visible } = await driver.run(() => ({ unseen: /** @type {string[]} */ (/** @type {Probe} */ (window).probe.unseen), visible: !document.hidden }));
      assert.ok(visible, 'the page is back');
      assert.ok(unseen.some((text) => text.startsWith('Nobody')), `the next reply: ${unseen}`);
      // What is marked is what is heard now.
      await driver.run(() => {
        const { probe } = /** @type {Probe} */ (window);
        return probe.until(() => {
          const { captions, position } = probe.player().state;
          const spoken = captions.words.filter((/** @type {any} */ { start, end }) => start <= position && position < end + 0.1);
          return spoken.some((/** @type {any} */ { text }) => probe.marked('saywell-word').includes(text));
        }, 'the spoken word to be marked');
      });
    }));

  test('the desktop shows what is heard, and its media keys work', () =>
    world.visiting(CHAT, async () => {
      const shows = (/** @type {RegExp} */ pattern) => world.until(async () => (await engine.desk.player()) !== null && pattern.test(await engine.desk.shows()), `a desktop that shows ${pattern}`);
      await world.listen(1);
      await world.heard(0.5);
      await shows(/'PlaybackStatus': <'Playing'>/);
      if (engine.name === 'webkit') world.note('skipped: the title on the desktop, which WebKitGTK leaves empty');
      else await shows(/'xesam:title': <'Our harbour is small/);

      await engine.desk.press('Pause');
      await world.reaches('paused');
      await shows(/'PlaybackStatus': <'Paused'>/);
      await engine.desk.press('Play');
      await world.reaches('playing');

      const { start: second } = /** @type {{ start: number }} */ ((await world.state()).captions.utterances[1]);
      await engine.desk.press('Next');
      await world.heard(second);
      // Well into a sentence, the first press goes to its start.
      await world.until(async () => {
        await engine.desk.press('Previous');
        return (await world.state()).position < second;
      }, 'the sentence before');

      if (/'CanSeek': <true>/.test(await engine.desk.shows())) {
        await engine.desk.press('Seek', String(9e6));
        await world.heard(8);
        await shows(/'mpris:length': <(int64|uint64)? ?1[0-9]{7}>/);
      } else {
        world.note('skipped: seeking from the desktop, which this engine does not offer');
      }
      await engine.desk.press('Stop');
      await world.until(async () => ['idle', 'paused'].includes((await world.state()).status), 'the end');
    }));
}
