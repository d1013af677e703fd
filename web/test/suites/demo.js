// The demo at `/`: what a visitor can do there, in its looks.

import assert from 'node:assert/strict';
import { test } from 'node:test';

/** @typedef {import('../support/world.js').World} World */
/** @typedef {import('../support/world.js').Probe} Probe */

/** @param {World} world */
export function demo(world) {
  const { driver } = world;

  const fits = async (/** @type {string} */ what) => {
    const [needed, given] = await driver.run(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.equal(needed, given, `nothing reaches over the edge ${what}`);
  };

  /** @param {string} text */
  const write = async (text) => {
    await driver.click(await driver.run(() => /** @type {any} */ (document.querySelector('#own'))));
    await driver.type(await driver.run(() => /** @type {any} */ (document.querySelector('#own'))), text);
    await driver.press('Enter');
  };

  test('demo: the first thing that it offers is an answer that is heard while it is written', () =>
    world.visiting('/', async () => {
      await world.control('button', '^Listen', 0);
      await world.click('button', '^What should we tell customers');
      const heard = await driver.until(() => {
        const { state } = /** @type {Probe} */ (window).probe.player();
        return state.status === 'playing' && { isWriting: document.querySelector('.writing') !== null, of: state.message };
      }, 'sound');
      assert.deepEqual(heard, { isWriting: true, of: 'operations:7' });
      // It stops nobody from listening to what else is there, and tells its figures only to those who ask.
      assert.equal(await driver.run(() => /** @type {HTMLDetailsElement} */ (document.querySelector('.facts')).open), false);
      await driver.until(() => /^local · \w+ · .+ · first sound after \d+ ms$/.test(document.querySelector('.facts .report')?.textContent ?? ''), 'who speaks');
      await world.click('button', '^Stop$', -1);
      await world.listen(0);
      await world.heard(0.5);
    }));

  test('demo: the assistant writes its reply, which is heard meanwhile', () =>
    world.visiting('/#travel', async () => {
      const before = await driver.run(() => document.querySelectorAll('.assistant').length);
      await write('What if it rains?');
      await driver.run(() => /** @type {Probe} */ (window).probe.until(() => document.querySelector('.writing'), 'the writing'));
      await driver.run(
        (before) => /** @type {Probe} */ (window).probe.until(() => document.querySelectorAll('.assistant').length > before, 'the reply'),
        before,
      );
      await driver.until((before) => /** @type {Probe} */ (window).probe.player().state.message === `travel:${before * 2 + 1}`, 'the new reply to be heard', before);
      await world.heard(0.2);
    }));

  test('demo: each room has its own conversation, and leaving one ends its sound', () =>
    world.visiting('/', async () => {
      await world.listen(0);
      await world.heard(0.2);
      await world.click('link', '^Travel');
      await world.reaches('idle');
      assert.equal(await driver.run(() => document.querySelector('h1')?.textContent), 'Travel');
      await driver.run(() => history.back());
      await world.until(() => driver.run(() => document.querySelector('h1')?.textContent === 'Operations'), 'the way back');
    }));

  test('demo: one reply in four languages is heard in as many voices as are here, and the languages of those that are not are named', async () => {
    /** The languages of the room that somebody here speaks. */
    const spoken = () =>
      driver.run(async () => {
        const voices = await /** @type {Probe} */ (window).probe.player().voices();
        return ['en', 'es', 'fr', 'it'].filter((language) => voices.some((/** @type {any} */ voice) => voice.language.startsWith(language)));
      });
    const note = () => driver.run(() => document.querySelector('.missing')?.textContent ?? '');
    await world.visiting('/#languages', async () => {
      const present = await spoken();
      const missing = [['es', 'Spanish'], ['fr', 'French'], ['it', 'Italian']].filter(([language = '']) => !present.includes(language)).map(([, name = '']) => name);
      await world.until(async () => {
        const told = await note();
        return missing.every((name) => told.includes(name));
      }, 'what is missing');
      assert.equal(await driver.run(() => [...document.querySelectorAll('.assistant p')].map((paragraph) => paragraph.getAttribute('lang')).join()), 'en,es,fr,it');
      await world.findsNoBarrier('in four languages');
      // Where the voices of the pack are here, a busy machine may make them more slowly than they are heard.
      const text = await driver.run(() => String(/** @type {Probe} */ (window).probe.messages()[0].dataset.markdown));
      await (await fetch(`${world.gateway.url}tts`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ text }) })).arrayBuffer();
      await world.listen(0);
      const voices = await driver.until(() => {
        const { probe } = /** @type {Probe} */ (window);
        const { captions } = probe.player().state;
        const { length } = new TextEncoder().encode(probe.messages()[0].dataset.markdown);
        return captions.utterances.at(-1)?.source[1] >= length && captions.utterances.map((/** @type {any} */ { voice }) => voice);
      }, 'who speaks each sentence');
      await world.heard(0.2);
      world.note(`four languages by ${[...new Set(voices)]}${missing.length > 0 ? `; without ${missing}` : ''}`);
      assert.equal(new Set(voices).size, present.length, `${voices}`);
      await world.click('button', '^Stop$', 0);
    });
    await world.visiting(
      '/#languages',
      async () => {
        assert.deepEqual(await spoken(), ['en', 'es', 'fr', 'it']);
        await driver.run(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
        assert.equal(await note(), '', 'nothing is missing');
      },
      {
        before: () => {
          const voices = [['heart', 'en-US'], ['dora', 'es'], ['siwis', 'fr'], ['sara', 'it']];
          world.front.rule = ({ path }) => (path.startsWith('/tts/voices') ? { json: { voices: voices.map(([id, language]) => ({ id, name: id, language, provider: 'local' })) } } : null);
        },
      },
    );
  });

  test('demo: a pasted reply stays text, whatever it contains', () =>
    world.visiting('/#own', async () => {
      await write('<img src=x onerror="alert(1)"> and [a link](javascript:alert(1)) and **bold**');
      await driver.run(() => /** @type {Probe} */ (window).probe.until(() => document.querySelectorAll('.assistant:not(.writing)').length === 2, 'the reply'));
      const found = await driver.run(() => {
        const reply = /** @type {Element} */ (document.querySelector('.assistant:last-of-type'));
        return {
          active: reply.querySelectorAll('img, a, script').length,
          bold: reply.querySelector('strong')?.textContent,
          text: reply.querySelector('p')?.textContent?.slice(0, 30),
        };
      });
      assert.deepEqual(found, { active: 0, bold: 'bold', text: '<img src=x onerror="alert(1)">' });
    }));

  test('demo: the error playground meets its problems and gets over them', () =>
    world.visiting(
      '/?without=speechSynthesis#trouble',
      async () => {
        await world.listen(1);
        await world.told('used up');
        await world.listen(5);
        await world.told('cannot be reached|offline');
        await world.click('button', 'again', 5);
        await world.heard(0.2);
        await world.listen(6);
        await world.told('broke off');
        await world.click('button', 'again', 6);
        await world.heard(3);
      },
      { expected: /broke off|ERR_INCOMPLETE_CHUNKED_ENCODING/ },
    ));

  test('demo: axe finds nothing, in light and dark, wide and narrow', () =>
    world.visiting('/', async () => {
      await world.listen(1);
      await world.heard(0.2);
      for (const theme of ['light', 'dark']) {
        await world.click('button', '^Theme');
        assert.equal(await driver.run(() => document.documentElement.dataset.theme), theme);
        for (const width of [1280, 390]) {
          await driver.resize(width, 844);
          await world.findsNoBarrier(`${theme}, ${width} wide`);
          await fits(`${theme}, ${width} wide`);
        }
      }
      await driver.resize(1280, 860);
    }));
}
