// What goes wrong, and how the listener gets out of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

/** @typedef {import('../support/world.js').World} World */
/** @typedef {import('../support/world.js').Probe} Probe */

/** Without a synthesiser of the engine's own, so that errors stay errors. */
const CHAT = '/test/chat.html?without=speechSynthesis';

/** Engines note a failed request on their own; that is not the player's doing. */
const NETWORK = /Failed to load resource|NetworkError|network connection was lost|cannot parse response/i;

/** Every refusal of the contract: status, seconds to wait, and what the listener must be told. */
const REFUSALS = /** @type {const} */ ([
  ['tts_disabled', 403, null, 'switched off'],
  ['forbidden', 403, null, 'may not'],
  ['unauthorized', 401, null, 'sign in'],
  ['text_too_long', 413, null, 'too long'],
  ['rate_limited', 429, 60, '[Tt]ry again in \\d+ seconds'],
  ['quota_exceeded', 429, null, 'used up'],
  ['trial_exhausted', 429, null, 'free listening time'],
  ['overloaded', 503, 60, '[Tt]ry again in \\d+ seconds'],
  ['providers_exhausted', 503, null, '[Nn]o voice'],
  ['language_unsupported', 400, null, 'language'],
  ['invalid_request', 400, null, 'made-up reason|cannot be read'],
]);

/** What trying again cannot mend. */
const HOPELESS = ['text_too_long', 'language_unsupported', 'invalid_request', 'quota_exceeded', 'trial_exhausted', 'forbidden'];

/** @param {World} world */
export function trouble(world) {
  const { driver, front } = world;

  test('sound that the browser refuses waits for one tap', () =>
    world.visiting(`${CHAT}&speak`, async () => {
      await world.reaches('blocked');
      await world.findsNoBarrier('that waits for a tap');
      await world.click('button', 'Tap to hear', 0);
      await world.heard(0.3);
    }));

  test('sound that hangs is begun anew where it was', () =>
    world.visiting(CHAT, async () => {
      await world.listen(1);
      await world.heard(0.5);
      const stood = await driver.run(() => {
        const audio = /** @type {Probe} */ (window).probe.audio();
        const clock = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'currentTime'));
        const hung = { source: audio.src, at: audio.currentTime };
        // As WebKit's does at times: nothing but another source gets it going.
        Object.defineProperty(audio, 'currentTime', {
          get: () => (audio.src === hung.source ? hung.at : clock.get?.call(audio)),
          set: (second) => audio.src !== hung.source && clock.set?.call(audio, second),
        });
        return hung.at;
      });
      await world.heard(stood + 0.3);
      const { status, position } = await world.state();
      assert.equal(status, 'playing');
      assert.ok(position > stood - 0.3 && position < stood + 3, `${position} after ${stood}`);
    }));

  test('every refusal is told in plain words, and trying again works', async () => {
    for (const [code, status, wait, words] of REFUSALS) {
      await world.visiting(
        CHAT,
        async () => {
          await world.listen(0);
          await world.reaches('failed');
          await world.told(words);
          const told = await driver.run(() => /** @type {Probe} */ (window).probe.told());
          assert.doesNotMatch(told, /_|\b[45]\d\d\b/, 'neither a code nor a status is told');
          const again = await driver.run(() => /** @type {Probe} */ (window).probe.control('button', 'again', 0) !== null);
          assert.equal(again, !HOPELESS.includes(code), `${code}: “Try again” where it can help, and nowhere else`);
          front.reset();
          if (wait === null && again) {
            await world.click('button', 'again', 0);
            await world.heard(0.1);
          }
        },
        {
          expected: NETWORK,
          before: () =>
            (front.rule = ({ path, method }) =>
              method === 'POST' && path === '/tts'
                ? {
                    status,
                    json: {
                      error: { code, message: 'a made-up reason', type: 'x', param: null, request_id: 'r', ...(wait && { retry_after_seconds: wait }) },
                    },
                  }
                : null),
        },
      );
    }
  });

  test('a quota says whose it is and when there is more, in hours and not in seconds, and holds the press', () =>
    world.visiting(
      CHAT,
      async () => {
        const words = 'This room has used up what can be read aloud today. It begins again on 1 December, 00:00 UTC.';
        front.rule = ({ path, method }) =>
          method === 'POST' && path === '/tts' ? { status: 429, json: { error: { code: 'quota_exceeded', message: 'room r of plan p', retry_after_seconds: 18_658, details: { words } } } } : null;
        await world.listen(0);
        await world.told('^This room has used up what can be read aloud today\\. Try again in 6 hours\\.$');
        assert.equal(await driver.run(() => /** @type {Probe} */ (window).probe.control('button', 'again', 0).getAttribute('aria-disabled')), 'true');
        await world.findsNoBarrier('with a quota that is used up');
      },
      { expected: NETWORK },
    ));

  test('what goes wrong out of view is told at the foot of the page, tried again there, or put away', () =>
    world.visiting(
      CHAT,
      async () => {
        await driver.run(() => {
          const { chat, probe } = /** @type {any} */ (window);
          const message = chat.add(`This was written at ${Date.now()}. ${probe.messages()[1].querySelector('p').textContent}`, 'broken');
          const far = document.createElement('div');
          far.style.blockSize = '3000px';
          message.after(far);
        });
        front.rule = ({ path }) => (path.startsWith('/tts/audio/') ? { holdAfter: 12_000 } : null);
        await world.listen(-1);
        await world.heard(0.5);
        await driver.run(() => {
          dispatchEvent(new Event('wheel'));
          scrollTo({ top: 2600, behavior: 'instant' });
        });
        front.cut();
        await world.reaches('failed');
        /** What is in the window of what is told. */
        const inView = () =>
          driver.run(() => {
            const { probe } = /** @type {Probe} */ (window);
            const problems = [...probe.deep(document)].filter((element) => element.matches('.problem') && probe.seen(element));
            return problems.filter((element) => element.getBoundingClientRect().bottom > 0 && element.getBoundingClientRect().top < innerHeight).map((element) => element.textContent);
          });
        await world.until(async () => /broke off/.test((await inView()).join()), 'what is wrong, in view');
        await world.findsNoBarrier('with a problem at the foot');
        await driver.run(() => /** @type {Probe} */ (window).probe.control('[part=close]', '^Close$').click());
        await world.reaches('idle');
        assert.deepEqual(await inView(), []);
      },
      { expected: NETWORK },
    ));

  test('a text that the browser does not let be heard asks for its tap at the foot of the page', () =>
    world.visiting(CHAT, async () => {
      await world.control('button', '^Listen', 0);
      await driver.run(async () => {
        const player = /** @type {Probe} */ (window).probe.player();
        await player.load();
        player.speakText('A notice of five words.');
      });
      await world.reaches('blocked');
      await world.click('button', '^Tap to hear$');
      await world.heard(0.2);
    }));

  test('offline is told, and coming back is enough', () =>
    world.visiting(
      CHAT,
      async () => {
        await world.control('button', '^Listen', 0);
        // What speaks has been loaded while the page was idle.
        await driver.run(() => /** @type {any} */ (window).probe.player().load());
        front.rule = () => ({ break: true });
        await world.listen(0);
        await world.reaches('failed');
        await world.told('cannot be reached|offline');
        await world.findsNoBarrier('with an error');
        front.reset();
        await world.click('button', 'again', 0);
        await world.heard(0.3);
      },
      { expected: NETWORK },
    ));

  test('sound that breaks off is heard as far as it came, and goes on from there', () =>
    world.visiting(
      CHAT,
      async () => {
        // Words of its own, since the engine keeps the sound of what it has heard.
        await driver.run(() => {
          const { chat, probe } = /** @type {any} */ (window);
          chat.add(`This was written at ${Date.now()}. ${probe.messages()[1].querySelector('p').textContent}`, 'broken');
        });
        front.rule = ({ path }) => (path.startsWith('/tts/audio/') ? { holdAfter: 12_000 } : null);
        await world.listen(-1);
        await world.heard(1);
        front.cut();
        await world.reaches('failed');
        await world.told('broke off');
        const { position } = await world.state();
        assert.ok(position > 1, `heard up to ${position} s`);
        front.reset();
        await world.click('button', 'again', -1);
        const from = await driver.until((position) => {
          const audio = /** @type {Probe} */ (window).probe.audio();
          return !audio.paused && audio.currentTime > position && audio.currentTime;
        }, 'the rest', position);
        assert.ok(from < position + 4, `not from farther on: ${from} after ${position}`);
      },
      { expected: NETWORK },
    ));

  test('a gateway that answers nonsense is an error, not a riddle', () =>
    world.visiting(
      CHAT,
      async () => {
        front.rule = ({ path }) => (path === '/tts' ? { json: 'nonsense', status: 502 } : null);
        await world.listen(0);
        await world.reaches('failed');
        await world.told('cannot be reached');
      },
      { expected: NETWORK },
    ));
}
