// What makes long listening comfortable: keys, sentence and word, the caption bar, choices that are
// kept, waits that are counted, downloads.

import assert from 'node:assert/strict';
import { test } from 'node:test';

/** @typedef {import('../support/world.js').World} World */
/** @typedef {import('../support/world.js').Probe} Probe */

const CHAT = '/test/chat.html';
/** One of the second message, whichever is heard by the time somebody looks. */
const SENTENCE = /^(Our harbour is|In spring the|Most people|They buy fish|When the wind|Nobody minds)/;

/** @param {World} world */
export function comforts(world) {
  const { driver, front } = world;

  /** Waits for something in the page that a pattern describes. @param {string} what @param {RegExp} pattern @param {() => Promise<string>} ask */
  const becomes = (what, pattern, ask) => world.until(async () => pattern.test(await ask()), what);
  const bar = () =>
    driver.run(() => {
      const bar = /** @type {Probe} */ (window).probe.player().shadowRoot.querySelector('[part=captions]');
      return !bar || bar.hidden ? '' : bar.textContent;
    });

  test('keys work on the whole page, never while someone types, and can be turned off', () =>
    world.visiting(`${CHAT}?with=shortcuts`, async () => {
      await world.listen(1);
      await world.heard(0.3);
      await driver.press('k');
      await world.reaches('paused');
      await driver.run(() => document.getElementById('typed')?.focus());
      await driver.press('k');
      await driver.press('x');
      assert.equal((await world.state()).status, 'paused', 'letters that are typed are text');
      assert.equal(await driver.run(() => /** @type {any} */ (document.getElementById('typed')).value), 'kx');
      await driver.run(() => /** @type {any} */ (document.activeElement)?.blur());
      await driver.press('f');
      assert.equal((await world.state()).speed, 1.1);
      await driver.press('l');
      assert.ok((await world.state()).position > 2, 'the next sentence');
      await driver.press('j');
      assert.ok((await world.state()).position < 2, 'and back');
      await driver.press('?');
      await becomes('the help', /Keyboard shortcuts.*Next sentence/, () => driver.run(() => /** @type {Probe} */ (window).probe.player().shadowRoot.querySelector('dialog[open]')?.textContent ?? ''));
      await world.findsNoBarrier('with the help');
      await world.click('input[type=checkbox]', 'Use these keys');
      await world.click('button', '^Close$');
      await driver.press('x');
      assert.equal((await world.state()).status, 'paused', 'the keys are off');
    }));

  test('sentence and word are steps of their own', () =>
    world.visiting(`${CHAT}?with=captions`, async () => {
      await world.listen(1);
      await world.heard(0.3);
      await world.click('button', '^Pause$', 1);
      await world.click('button', '^More$', 1);
      await world.click('button', '^Next sentence$', 1);
      const { position, captions } = await world.state();
      assert.ok(Math.abs(position - Number(captions.utterances[1]?.start)) < 0.05, `${position}`);
      await driver.run(() => /** @type {Probe} */ (window).probe.player().skipWords(2));
      const word = captions.words.findLastIndex(({ start }) => start <= position) + 2;
      assert.ok(Math.abs((await world.state()).position - Number(captions.words[word]?.start)) < 0.05);
      await world.click('button', '^Resume$', 1);
      await world.heard(position + 0.5);
    }));

  test('the caption bar shows the sentence; what is chosen is kept', () =>
    world.visiting(CHAT, async () => {
      await world.listen(1);
      await world.heard(0.3);
      assert.equal(await bar(), '');
      await world.click('button', '^More$', 1);
      await world.click('button', 'Caption bar', 1);
      await becomes('the sentence', SENTENCE, bar);
      await world.findsNoBarrier('with the caption bar');
      await driver.goto(`${world.url}test/chat.html`);
      await world.listen(1);
      await becomes('the sentence', SENTENCE, bar);
    }));

  test('an engine that cannot mark words reads all the same, with captions', () =>
    world.visiting(`${CHAT}?with=captions:bar&without=highlights`, async () => {
      await world.listen(1);
      await world.heard(0.5);
      await becomes('the sentence', SENTENCE, bar);
      await world.click('button', '^Stop$', 1);
      await world.reaches('idle');
    }));

  test('a wait is counted down, and the end of it told', () =>
    world.visiting(
      `${CHAT}?without=speechSynthesis`,
      async () => {
        front.rule = ({ method }) =>
          method === 'POST' ? { status: 503, json: { error: { code: 'overloaded', message: 'busy', retry_after_seconds: 3 } } } : null;
        await driver.run(() => {
          const { probe } = /** @type {Probe} */ (window);
          probe.counted = [];
          const look = () => {
            const told = probe.told();
            if (told && told !== probe.counted.at(-1)) probe.counted.push(told);
          };
          setInterval(look, 50);
        });
        await world.listen(0);
        await world.told('can try again now');
        const counted = await driver.run(() => /** @type {Probe} */ (window).probe.counted.join('\n'));
        assert.match(counted, /in 3 seconds.*in 2 seconds/s);
      },
      { expected: /Failed to load resource/ },
    ));

  test('a download is the whole reply as one file', () =>
    world.visiting(CHAT, async () => {
      await driver.run(() => {
        HTMLAnchorElement.prototype.click = function () {
          /** @type {Probe} */ (window).probe.saved = { name: this.download, address: this.href };
        };
      });
      await world.listen(0);
      await world.heard(0.3);
      await world.click('button', '^More$', 0);
      await world.click('button', '^Download$', 0);
      await world.until(() => driver.run(() => 'saved' in /** @type {Probe} */ (window).probe), 'the file');
      const { name, address } = await driver.run(() => /** @type {Probe} */ (window).probe.saved);
      assert.equal(name, 'The-ferry-leaves-at-nine-Bring-a-warm-coat-because-the.mp3');
      assert.match(address, /^blob:/);
    }));

  test('a token goes along with what is asked, and with no link', () =>
    world.visiting(`${CHAT}?with=token:let-me-in`, async () => {
      await world.listen(0);
      await world.heard(0.2);
      assert.equal(front.seen('POST', /^\/tts$/)[0]?.headers.authorization, 'Bearer let-me-in');
      assert.equal(front.seen('GET', /^\/tts\/audio/)[0]?.headers.authorization, undefined);
    }));

  test('who begins to write is not read to, and the next reply is read after all', () =>
    world.visiting(`${CHAT}?with=continuous`, async () => {
      await world.listen(1);
      await world.heard(0.3);
      await driver.run(() => document.getElementById('typed')?.focus());
      await driver.press('a');
      await world.reaches('paused');
      await driver.run(() => /** @type {any} */ (window).chat.add('The next answer.', 'next') && null);
      await world.until(() => driver.run(() => /** @type {Probe} */ (window).probe.player().state.message === 'next'), 'the next answer');
      await world.heard(0.1);
    }));
}
