// What docs/EMBED.md gives to copy, as it stands there, under its policy.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PAGES, POLICY, conversationIn, htmx, page, pageFromFlask } from '../support/guide.js';

/** @typedef {import('../support/world.js').World} World */
/** @typedef {import('../support/world.js').Probe} Probe */
/** @typedef {{ id: string, role: string, done: boolean, markdown: string, html: string }} Message */

const PLAYER = '<script type="module" src="/player/define.js"></script>';

/** So that it is still heard when a page has done all that it does meanwhile. */
const MORE = 'There is a second one at noon, and a third in the evening. The last one waits for the train, however late that is. Whoever misses it stays at the inn by the harbour, where breakfast is at seven.';
/** @type {Message} */
const FERRY = {
  id: 'ferry',
  role: 'assistant',
  done: true,
  markdown: `The **ferry** leaves at nine. Bring a warm coat, because the wind is cold in the morning. ${MORE}`,
  html: `<p>The <b>ferry</b> leaves at nine. Bring a warm coat, because the wind is cold in the morning. ${MORE}</p>`,
};
/** @type {Message} */
const QUESTION = { id: 'question', role: 'user', done: true, markdown: 'And the way back?', html: '<p>And the way back?</p>' };
/** @type {Message} */
const ANSWER = { id: 'answer', role: 'assistant', done: true, markdown: 'At *five*.', html: '<p>At <i>five</i>.</p>' };

/** @param {World} world */
export function embedding(world) {
  const { driver, front } = world;

  /** Serves a page and what belongs to it, and visits it. @param {string} text @param {() => Promise<void>} visit @param {string} [script] */
  const visiting = (text, visit, script) => {
    front.pages.set('/test/guide.html', { text, policy: POLICY });
    if (script !== undefined) front.pages.set('/test/guide.js', { text: script, type: '.js' });
    return world.visiting('/test/guide.html', visit);
  };

  /** How many speakers there are, and how much sound. */
  const present = () =>
    driver.run(() => ({
      speakers: document.querySelectorAll('saywell-speaker').length,
      sounding: [.../** @type {Probe} */ (window).probe.deep(document)].filter((element) => element.matches('audio') && !element.paused).length,
    }));

  /** Sound goes on beyond what was heard. */
  const soundsOn = async () => {
    const { currentTime } = await world.audio();
    await world.heard(currentTime + 0.3);
  };

  const asked = () => front.seen('POST', /^\/tts$/).map(({ body }) => body.text);

  test('the guide has a policy that is strict', () => {
    assert.match(POLICY, /default-src 'none'.*media-src 'self' blob:/);
    assert.doesNotMatch(POLICY, /unsafe|\*/);
  });

  test('the guide’s plain pages work', async () => {
    assert.equal(PAGES.length, 2);
    for (const text of PAGES) {
      await visiting(text, async () => {
        await world.listen(0);
        await world.heard(0.3);
        await world.findsNoBarrier('of the guide');
      });
    }
    assert.equal(asked()[0], 'Run `make test` first. It takes **four** minutes.');
  });

  for (const framework of /** @type {const} */ (['react', 'vue'])) {
    test(`the guide’s conversation in ${framework} is heard while it is rendered anew, written on, taken away and put back`, async () => {
      const script = await conversationIn(framework);
      const show = (/** @type {Message[]} */ ...messages) =>
        driver.run((messages) => /** @type {any} */ (window).conversation.show(messages), messages);
      const text = page('<div id="conversation"></div>', `${PLAYER}<script src="/test/guide.js" defer></script>`);
      await visiting(
        text,
        async () => {
          await show(FERRY);
          await world.listen(0);
          await world.heard(0.3);
          assert.deepEqual(asked(), [FERRY.markdown], 'the words as the model wrote them');

          const begun = { ...ANSWER, done: false, markdown: 'At', html: '<p>At</p>' };
          await show({ ...FERRY }, QUESTION, begun);
          await soundsOn();
          await world.until(async () => (await present()).speakers === 2, 'a speaker on the reply that is being written');
          assert.equal((await present()).sounding, 1);
          await show({ ...FERRY, html: FERRY.html.replace('<p>', '<p class="seen">') }, QUESTION, ANSWER);
          await soundsOn();
          assert.equal((await present()).speakers, 2);
          await world.listen(1);
          await world.heard(0.2);
          assert.equal(asked().at(-1), ANSWER.markdown);

          await driver.run(() => /** @type {any} */ (window).conversation.leave());
          await world.until(async () => (await present()).sounding === 0, 'silence');
          await show(FERRY, QUESTION, ANSWER);
          await world.until(async () => (await present()).speakers === 2, 'the speakers again');
          await world.listen(0);
          await world.heard(0.2);
          await world.findsNoBarrier(`in ${framework}`);
        },
        script,
      );
    });
  }

  test('what htmx swaps in is found; a message that stays goes on, one that is gone can be stopped from the foot of the page', async () => {
    const article = (/** @type {Message} */ { id, markdown, html }) => `<article class="assistant" data-message-id="${id}" data-markdown="${markdown}">${html}</article>`;
    const swap = (/** @type {Message[]} */ ...messages) => {
      front.pages.set('/test/fragment.html', { text: messages.map(article).join('') });
      return driver.run(() => /** @type {any} */ (window).htmx.ajax('GET', '/test/fragment.html', '#messages').then(() => null));
    };
    const text = page(
      `<div id="messages">${article(FERRY)}</div><saywell-player messages=".assistant" captions></saywell-player>`,
      `<meta name="htmx-config" content='{"includeIndicatorCSS": false}'>${PLAYER}<script src="/test/guide.js"></script>`,
    );
    await visiting(
      text,
      async () => {
        await world.listen(0);
        await world.heard(0.3);
        await world.click('button', '^Pause$', 0);
        await swap(FERRY, ANSWER);
        await world.until(async () => (await present()).speakers === 2, 'the new message’s speaker');
        await world.click('button', '^Resume$', 0);
        await soundsOn();
        await world.click('button', '^Pause$', 0);
        await swap(ANSWER);
        await world.click('button', '^Resume$');
        await soundsOn();
        await world.click('button', '^Stop$');
        await world.until(async () => (await present()).sounding === 0, 'silence');
        assert.deepEqual(await present(), { speakers: 1, sounding: 0 });
      },
      await htmx(),
    );
  });

  test('the guide’s Flask template says what the model wrote, whatever signs are in it', async () => {
    const written = 'Use `a < b && "c"` — it\'s <b>safe</b>.\n\n1. One\n2. Two';
    const text = await pageFromFlask([
      { role: 'user', id: 'q', text: 'How?', html: '<p>How?</p>' },
      { role: 'assistant', id: 'a', text: written, html: '<p>Use <code>a &lt; b</code>.</p>' },
    ]);
    await visiting(text, async () => {
      await world.listen(0);
      await world.heard(0.3);
      assert.deepEqual(asked(), [written]);
      assert.equal((await present()).speakers, 1, 'none for what the user wrote');
    });
  });
}
