// What comes by itself: continuous reading, sound made ahead, marks and captions, the browser's own
// voice, the lock screen.

import assert from 'node:assert/strict';
import { test } from 'node:test';

/** @typedef {import('../support/world.js').World} World */
/** @typedef {import('../support/world.js').Probe} Probe */

const CHAT = '/test/chat.html';

/** @param {World} world */
export function conveniences(world) {
  const { driver, front } = world;

  const marked = (/** @type {string} */ name) =>
    driver.run((name) => /** @type {Probe} */ (window).probe.marked(name), `saywell-${name}`);

  /** Texts that the stand-in synthesiser was given. @returns {Promise<string[]>} */
  const spoken = () => driver.run(() => /** @type {Probe} */ (window).probe.spoken.map((/** @type {any} */ { text }) => text.trim()));

  /** A little time in which something might wrongly happen. */
  const meanwhile = () => driver.run(() => new Promise((resolve) => setTimeout(resolve, 1500)));

  test('the spoken sentence and word are marked in the message, and no longer after stop', () =>
    world.visiting(`${CHAT}?with=captions`, async () => {
      await world.listen(1);
      const seen = new Set();
      for (let second = 0.5; second < 3; second += 0.5) {
        const { sentence, word } = await driver.until((second) => {
          const { marked, audio } = /** @type {Probe} */ (window).probe;
          return !audio().paused && audio().currentTime > second && { sentence: marked('saywell-sentence'), word: marked('saywell-word') };
        }, `sound after ${second} s`, second);
        assert.match(sentence, /^(Our harbour|In spring|Most people)/);
        assert.ok(word !== '' && sentence.includes(word), `“${word}” in “${sentence}”`);
        seen.add(word);
      }
      assert.ok(seen.size >= 3, `the mark moves on: ${[...seen]}`);
      await world.click('button', '^Stop$', 1);
      await world.reaches('idle');
      assert.equal(await marked('word'), '');
    }));

  test('continuous mode reads each new reply in order, and only new ones', () =>
    world.visiting(`${CHAT}?with=continuous`, async () => {
      await driver.run(() => {
        const { probe } = /** @type {Probe} */ (window);
        probe.order = [];
        probe.player().addEventListener('statechange', () => {
          const { message, status } = probe.player().state;
          const name = message?.getAttribute?.('data-message-id') ?? message;
          if (status === 'playing' && probe.order.at(-1) !== name) probe.order.push(name);
        });
      });
      await world.listen(0);
      await world.heard(0.2);
      await driver.run(() => {
        /** @type {any} */ (window).chat.add('The first answer.', 'first');
        /** @type {any} */ (window).chat.add('The second answer.', 'second');
      });
      await driver.run(() => {
        const { probe } = /** @type {Probe} */ (window);
        return probe.until(() => probe.order.length >= 3 && ['ended', 'idle'].includes(probe.player().state.status), `three replies, not ${probe.order}`);
      });
      assert.deepEqual(await driver.run(() => /** @type {Probe} */ (window).probe.order), ['coat', 'first', 'second']);
    }));

  test('another answer under the name of one that was read is read, and the page is not scrolled against who has scrolled away', () =>
    world.visiting(`${CHAT}?with=continuous&with=captions`, async () => {
      await world.listen(0);
      await world.heard(0.2);
      await driver.run(() => /** @type {any} */ (window).chat.add('The first answer.', 'same') && null);
      const isSaid = (/** @type {string} */ text) =>
        driver.until((text) => {
          const { message, captions, status } = /** @type {Probe} */ (window).probe.player().state;
          return message === 'same' && status === 'ended' && captions.utterances.map((/** @type {any} */ caption) => caption.text).join(' ') === text;
        }, `“${text}” to be heard`, text);
      await isSaid('The first answer.');
      const scrolled = await driver.run(() => {
        const space = document.createElement('div');
        space.style.blockSize = '4000px';
        document.querySelector('main')?.prepend(space);
        dispatchEvent(new Event('wheel'));
        scrollTo({ top: 500, behavior: 'instant' });
        const words = document.querySelector('[data-message-id=same] p');
        if (words) words.textContent = 'Another answer, which says something else.';
        return scrollY;
      });
      await isSaid('Another answer, which says something else.');
      assert.equal(await driver.run(() => scrollY), scrolled);
      // The only one that is left, and then none: a list keeps what is in view.
      await driver.run(() => {
        /** @type {Probe} */ (window).probe.player().speak('same');
      });
      await world.reaches('playing');
      await driver.run(() => {
        for (const message of /** @type {Probe} */ (window).probe.messages()) message.remove();
      });
      await world.reaches('ended');
    }));

  test('the newest reply is made ahead once, silently, and then sounds from the cache', () =>
    world.visiting(`${CHAT}?with=prefetch`, async () => {
      // A page that nobody has touched is being loaded; only then is what comes a new reply.
      await driver.click(await driver.run(() => /** @type {any} */ (document.querySelector('#typed'))));
      await driver.run(() => /** @type {any} */ (window).chat.add(`Made ahead at ${Date.now()}.`, 'ahead') && null);
      const ahead = () => front.seen('POST', /^\/tts$/).filter(({ body }) => body.prefetch === true);
      await world.until(() => ahead().some(({ body }) => /^Made ahead/.test(body.text)), 'the request');
      await driver.run(() => /** @type {any} */ (window).chat.renderAnew('ahead'));
      await meanwhile();
      assert.equal(ahead().filter(({ body }) => /^Made ahead/.test(body.text)).length, 1);
      assert.equal((await world.state()).status, 'idle');
      await world.listen(-1);
      await world.heard(0.1);
      const { rendition } = await world.state();
      assert.equal(rendition?.cached, true);
      // What was the newest when the page came may have been made ahead too, and given up since.
      assert.deepEqual(front.seen('DELETE', /./).filter(({ path }) => path.includes(String(rendition?.key))), [], 'what is listened to is not given up');
    }));

  test('what was made ahead is given up when a newer reply comes, and when the listener turns to another', () =>
    world.visiting(`${CHAT}?with=prefetch`, async () => {
      await driver.click(await driver.run(() => /** @type {any} */ (document.querySelector('#typed'))));
      const keys = /** @type {string[]} */ ([]);
      for (const turn of ['first', 'second']) {
        const answers = front.answers.length;
        await driver.run((turn) => /** @type {any} */ (window).chat.add(`The ${turn} one, made ahead at ${Date.now()}.`, turn) && null, turn);
        await world.until(() => front.answers.slice(answers).some(({ key }) => key), `the ${turn} answer`);
        keys.push(front.answers.at(-1).key);
      }
      const givenUp = () => front.seen('DELETE', /^\/tts\/audio\//).map(({ path }) => path.slice('/tts/audio/'.length).split('.')[0]);
      await world.until(() => givenUp().includes(keys[0]), 'the first to be given up');
      assert.ok(!givenUp().includes(keys[1]), 'the second is the newest');
      await world.listen(0);
      await world.until(() => givenUp().includes(keys[1]), 'the second to be given up');
    }));

  test('a refused prefetch is nobody’s trouble and is not repeated', () =>
    world.visiting(
      `${CHAT}?with=prefetch`,
      async () => {
        await world.until(() => front.seen('POST', /^\/tts$/).length > 0, 'the request');
        await driver.run(() => /** @type {any} */ (window).chat.renderAnew('list'));
        await meanwhile();
        assert.equal(front.seen('POST', /^\/tts$/).length, 1);
        assert.equal(await driver.run(() => /** @type {Probe} */ (window).probe.told()), '');
      },
      {
        expected: /Failed to load resource/,
        before: () =>
          (front.rule = ({ method, path }) =>
            method === 'POST' && path === '/tts' ? { status: 429, json: { error: { code: 'quota_exceeded', message: 'over' } } } : null),
      },
    ));

  test('nothing is made ahead where data is saved', () =>
    world.visiting(`${CHAT}?with=prefetch&saving`, async () => {
      await world.control('button', '^Listen', 0);
      await meanwhile();
      assert.deepEqual(front.seen('POST', /^\/tts$/).map(({ body, headers }) => ({ ...body, from: headers.referer })), []);
    }));

  test('where data is saved, only what the buttons say in the page’s language comes before a press', () => {
    const head = '<link rel="icon" href="data:,"><script type="module" src="/player/define.js"></script>';
    const text = `<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Chat</title>${head}</head><body><main><h1>Chat</h1><article class="assistant"><p>The ferry leaves at nine.</p></article></main><saywell-player messages=".assistant"></saywell-player></body></html>`;
    front.pages.set('/test/german.html?saving', { text, policy: "default-src 'self'; img-src data:; media-src 'self' blob:" });
    return world.visiting('/test/german.html?saving', async () => {
      await world.control('button', '^Anhören', 0);
      await meanwhile();
      const loaded = () => driver.run(() => performance.getEntriesByType('resource').flatMap(({ name }) => /\/player\/(.*)$/.exec(name)?.[1] ?? []));
      const before = await loaded();
      assert.deepEqual(before.filter((name) => /^(words|languages|listening|gateway|controls)/.test(name)).sort(), ['languages.js', 'words-de-button.js']);
      await world.listen(0, '^Anhören');
      await world.heard(0.1);
      assert.ok((await loaded()).includes('words-de.js') && !(await loaded()).includes('words-en.js'), 'the rest, in that language alone');
      await world.control('button', '^Mehr$', 0);
    });
  });

  test('the browser’s own voice reads sentence by sentence, without code', () =>
    world.visiting(`${CHAT}?with=provider:browser&synthesiser=good`, async () => {
      await world.listen(0);
      await world.reaches('ended');
      assert.deepEqual(await spoken(), ['The ferry leaves at nine.', 'Bring a warm coat, because the wind is cold.']);
      await world.listen(2);
      await world.reaches('ended');
      assert.doesNotMatch((await spoken()).join(' '), /rm -rf/);
      assert.equal(front.seen('POST', /^\/tts$/).length, 0, 'the gateway makes no sound');
    }));

  test('voices that arrive late are waited for', () =>
    world.visiting(`${CHAT}?with=provider:browser&synthesiser=late`, async () => {
      await world.listen(0);
      await world.reaches('ended');
      assert.equal((await spoken()).length, 2);
    }));

  test('a synthesiser that falls silent is found out', () =>
    world.visiting(`${CHAT}?with=provider:browser&synthesiser=silent`, async () => {
      await world.listen(0);
      await world.reaches('failed');
      assert.ok((await spoken()).length > 0, 'it was tried');
      assert.notEqual(await driver.run(() => /** @type {Probe} */ (window).probe.told()), '');
    }));

  test('when the gateway cannot be reached, the browser’s voice steps in', () =>
    world.visiting(
      `${CHAT}?synthesiser=good`,
      async () => {
        await world.control('button', '^Listen', 0);
        // What speaks has been loaded while the page was idle.
        await driver.run(() => /** @type {any} */ (window).probe.player().load());
        front.rule = () => ({ break: true });
        await world.listen(0);
        await world.until(async () => (await spoken()).length >= 2, 'both sentences');
      },
      { expected: /Failed to load resource/ },
    ));

  test('the lock screen knows what is playing', () =>
    world.visiting(CHAT, async () => {
      await world.listen(1);
      await world.heard(0.3);
      const session = () => driver.run(() => ({ state: navigator.mediaSession.playbackState, title: navigator.mediaSession.metadata?.title ?? null }));
      assert.equal((await session()).state, 'playing');
      assert.ok((await session()).title, 'it has a title');
      await world.click('button', '^Pause$', 1);
      await world.until(async () => (await session()).state === 'paused', 'the pause');
    }));
}
