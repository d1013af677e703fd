// The demo page in real Chromium against the real gateway: what a listener does, and what they get.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { startBrowser, startGateway } from './support/world.js';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').BrowserContextOptions} Options */
/** @typedef {import('../saywell-player.js').SaywellPlayer} SaywellPlayer */
/** @typedef {import('../player-store.js').PlayerState} PlayerState */

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Long enough that its sound is still being made when it starts to be heard. */
const LONG_REPLY = Array.from(
  { length: 60 },
  (_, index) => `Sentence number ${index + 1} tells about the harbour, its ${index + 7} boats and the weather of the day.`,
).join(' ');

/** @type {Awaited<ReturnType<typeof startGateway>>} */
let gateway;
/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;

before(async () => {
  gateway = await startGateway();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
});

/**
 * Runs one listener's visit. Whatever the browser complains about meanwhile fails the test, except
 * what `expected` matches.
 *
 * @param {(page: Page) => Promise<void>} visit
 * @param {Options & { expected?: RegExp, prepare?: (page: Page) => Promise<unknown> }} [options]
 */
async function visiting(visit, { expected, prepare, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1180, height: 820 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  /** @type {string[]} */
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.exposeFunction('complain', (/** @type {string} */ text) => complaints.push(text));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      /** @type {any} */ (window).complain(`CSP ${event.effectiveDirective}: ${event.blockedURI}`);
    });
  });
  try {
    await prepare?.(page);
    await page.goto(gateway.url);
    await visit(page);
    assert.deepEqual(complaints.filter((text) => !expected?.test(text)), []);
  } finally {
    await context.close();
  }
}

/** @param {Page} page @param {number} index */
const speaker = (page, index) => page.locator('.assistant saywell-speaker').nth(index).locator('button.main');

/** @param {Page} page @returns {Promise<PlayerState>} */
const state = (page) =>
  page.evaluate(() => {
    const player = /** @type {SaywellPlayer} */ (document.querySelector('saywell-player'));
    return { ...player.state, message: null };
  });

/** What the one <audio> element itself says. @param {Page} page */
const audio = (page) =>
  page.evaluate(() => {
    const element = document.querySelector('saywell-player')?.shadowRoot?.querySelector('audio');
    if (!element) throw new Error('no audio element');
    const { currentTime, paused, playbackRate, preservesPitch, duration } = element;
    return { currentTime, paused, playbackRate, preservesPitch, duration };
  });

/** @param {Page} page @param {number} seconds */
const heardUntil = (page, seconds) =>
  page.waitForFunction((at) => {
    const element = document.querySelector('saywell-player')?.shadowRoot?.querySelector('audio');
    return element && !element.paused && element.currentTime > at;
  }, seconds);

/** @param {Page} page @param {string} status */
const reaches = (page, status) =>
  page.waitForFunction(
    (wanted) => /** @type {SaywellPlayer} */ (document.querySelector('saywell-player')).state.status === wanted,
    status,
  );

/** Lets the page draw for a while. @param {Page} page @param {number} frames */
const frames = (page, frames) =>
  page.evaluate(async (count) => {
    for (let at = 0; at < count; at += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  }, frames);

/** @param {Page} page @param {string} what */
async function findsNoBarrier(page, what) {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (window).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ node) => node.html)}`);
  });
  assert.deepEqual(violations, [], `axe on the page ${what}`);
}

test('a click on a speaker is heard; pause, resume, speed and stop do what they say', () =>
  visiting(async (page) => {
    await speaker(page, 0).click();
    await heardUntil(page, 0.5);
    assert.equal(await speaker(page, 0).getAttribute('title'), 'Pause');
    assert.match((await page.locator('.report').textContent()) ?? '', /^local · \w+ · .+ · first sound after \d+ ms$/);

    await speaker(page, 0).click();
    await reaches(page, 'paused');
    const pausedAt = (await audio(page)).currentTime;
    await frames(page, 15);
    assert.equal((await audio(page)).currentTime, pausedAt);
    assert.equal(await speaker(page, 0).getAttribute('title'), 'Resume');

    await page.getByLabel('Speed').selectOption('1.25');
    await speaker(page, 0).click();
    await heardUntil(page, pausedAt + 0.5);
    const { playbackRate, preservesPitch } = await audio(page);
    assert.deepEqual({ playbackRate, preservesPitch }, { playbackRate: 1.25, preservesPitch: true });

    await page.getByRole('button', { name: 'Stop' }).click();
    await reaches(page, 'idle');
    assert.equal((await audio(page)).paused, true);
    assert.ok(await speaker(page, 0).evaluate((button) => button.matches(':focus')), 'the keyboard stays on the speaker');
  }));

test('what comes out is speech, not silence', () =>
  visiting(async (page) => {
    await speaker(page, 0).click();
    await heardUntil(page, 0.2);
    const loudest = await page.evaluate(async () => {
      const element = /** @type {any} */ (document.querySelector('saywell-player')?.shadowRoot?.querySelector('audio'));
      const context = new AudioContext();
      const meter = context.createAnalyser();
      context.createMediaStreamSource(element.captureStream()).connect(meter);
      const samples = new Float32Array(meter.fftSize);
      let loudest = -Infinity;
      for (let until = element.currentTime + 1; element.currentTime < until; ) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        meter.getFloatTimeDomainData(samples);
        const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
        loudest = Math.max(loudest, 10 * Math.log10(power));
      }
      await context.close();
      return loudest;
    });
    assert.ok(loudest > -40 && loudest < 0, `the loudest moment has ${loudest} dBFS`);
  }));

test('a short reply is heard to its end, and then again', () =>
  visiting(async (page) => {
    await page.locator('#own').fill('That was quick.');
    await page.locator('.composer button').click();
    await reaches(page, 'ended');
    const { position, duration, durationExact } = await state(page);
    assert.equal(durationExact, true);
    assert.ok(duration > 0.5 && Math.abs(position - duration) < 0.05, `${position} of ${duration} s`);
    const last = page.locator('.assistant').last().getByRole('button', { name: 'Listen again' });
    await last.click();
    await heardUntil(page, 0.2);
  }));

test('a long reply sounds while it is still being made, and stopping leaves the gateway', () =>
  visiting(
    async (page) => {
      const left = page.waitForEvent('requestfailed', (request) => request.url().includes('/tts/audio/'));
      await page.evaluate(() => {
        const player = /** @type {SaywellPlayer} */ (document.querySelector('saywell-player'));
        player.addEventListener('statechange', () => {
          if (player.state.status !== 'playing') return;
          /** @type {any} */ (window).exactAtFirstSound ??= player.state.durationExact;
        });
      });
      await page.locator('#own').fill(LONG_REPLY);
      await page.locator('.composer button').click();
      await reaches(page, 'playing');
      assert.equal(await page.evaluate(() => /** @type {any} */ (window).exactAtFirstSound), false);
      await page.getByRole('button', { name: 'Stop' }).click();
      await left;
      await reaches(page, 'idle');
    },
  ));

test('a second message ends the first; there is one <audio>', () =>
  visiting(async (page) => {
    await speaker(page, 0).click();
    await heardUntil(page, 0.2);
    await speaker(page, 1).click();
    await heardUntil(page, 0.2);
    assert.equal(await speaker(page, 0).innerText(), 'Listen');
    assert.equal(await page.locator('audio').count(), 1);
    assert.equal(await page.locator('saywell-speaker[active]').count(), 1);
  }));

test('everything works from the keyboard', () =>
  visiting(async (page) => {
    await speaker(page, 1).focus();
    await page.keyboard.press('Enter');
    await heardUntil(page, 0.2);
    await page.keyboard.press('Tab');
    const slider = page.getByRole('slider', { name: 'Position' });
    assert.ok(await slider.evaluate((element) => element.matches(':focus')));
    await page.keyboard.press('ArrowRight');
    await heardUntil(page, 5);
    assert.match((await slider.getAttribute('aria-valuetext')) ?? '', /^0:0\d of \d:\d\d$/);
    await page.keyboard.press('ArrowLeft');
    await page.waitForFunction(() => /** @type {SaywellPlayer} */ (document.querySelector('saywell-player')).state.position < 5);
    await page.keyboard.press('Tab');
    assert.ok(await page.getByLabel('Speed').evaluate((element) => element.matches(':focus')));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await reaches(page, 'idle');
  }));

test('sound that the browser refuses waits for one tap', () =>
  visiting(
    async (page) => {
      await reaches(page, 'blocked');
      const button = page.locator('.assistant').first().getByRole('button', { name: 'Tap to hear' });
      assert.ok(await button.isVisible());
      await findsNoBarrier(page, 'that waits for a tap');
      await button.click();
      await heardUntil(page, 0.2);
    },
    {
      prepare: (page) =>
        page.addInitScript(() => {
          addEventListener('load', () => {
            const player = /** @type {SaywellPlayer} */ (document.querySelector('saywell-player'));
            player.speak(/** @type {Element} */ (document.querySelector('.assistant')));
          });
        }),
    },
  ));

test('an error is told in plain words, and trying again works', () =>
  visiting(
    async (page) => {
      const error = { code: 'overloaded', message: 'queue full', type: 'server_error', param: null, request_id: 'r', retry_after_seconds: 3 };
      await page.route('**/tts', (route) => route.fulfill({ status: 503, json: { error } }));
      await speaker(page, 0).click();
      await reaches(page, 'failed');
      const problem = page.locator('.assistant').first().getByRole('alert');
      assert.equal(await problem.innerText(), 'Many people are listening right now. Try again in 3 seconds.');
      await findsNoBarrier(page, 'with an error');

      await page.unroute('**/tts');
      await page.route('**/tts', (route) => route.abort());
      await speaker(page, 0).click();
      await page.waitForFunction(() => /** @type {SaywellPlayer} */ (document.querySelector('saywell-player')).state.failure?.code === 'unreachable');

      await page.unroute('**/tts');
      await speaker(page, 0).click();
      await heardUntil(page, 0.2);
    },
    { expected: /^Failed to load resource/ },
  ));

test('an engine that takes no WebM gets fragmented MP4', () =>
  visiting(
    async (page) => {
      await speaker(page, 0).click();
      await heardUntil(page, 0.5);
      assert.equal((await state(page)).rendition?.format, 'mp4');
    },
    {
      prepare: (page) =>
        page.addInitScript(() => {
          const supported = MediaSource.isTypeSupported;
          MediaSource.isTypeSupported = (type) => !type.includes('webm') && supported(type);
        }),
    },
  ));

test('an engine without Media Source Extensions gets the file', () =>
  visiting(
    async (page) => {
      await speaker(page, 0).click();
      await heardUntil(page, 0.5);
      assert.equal((await state(page)).rendition?.format, 'mp3');
    },
    {
      prepare: (page) =>
        page.addInitScript(() => {
          for (const name of ['MediaSource', 'ManagedMediaSource']) Reflect.deleteProperty(window, name);
        }),
    },
  ));

test('messages that come later get a speaker; one that goes takes its sound along', () =>
  visiting(async (page) => {
    await page.evaluate(() => {
      const message = document.createElement('article');
      message.className = 'assistant';
      message.id = 'late';
      message.innerHTML = '<h3>Late news</h3><p>The ferry leaves at <b>nine</b>.</p><pre>rm -rf /</pre><ol><li>Buy a ticket</li></ol>';
      document.querySelector('.chat')?.append(message);
    });
    const asked = page.waitForRequest((request) => request.method() === 'POST');
    await page.locator('#late').getByRole('button', { name: 'Listen' }).click();
    // No Markdown was given, so it is read off the page, with code still known as code.
    const body = /** @type {{ text: string }} */ ((await asked).postDataJSON());
    assert.equal(body.text, '### Late news\n\nThe ferry leaves at nine.\n\n```\nrm -rf /\n```\n\n1. Buy a ticket');
    await heardUntil(page, 0.2);
    await page.evaluate(() => document.querySelector('#late')?.remove());
    await reaches(page, 'idle');
  }));

test('the spoken sentence and word are marked in the message', () =>
  visiting(async (page) => {
    await speaker(page, 0).click();
    /** @param {string} name */
    const marked = (name) =>
      page.evaluate((highlight) => {
        const ranges = /** @type {Range[]} */ ([...(CSS.highlights.get(highlight) ?? [])]);
        return ranges.map(String).join('');
      }, name);
    const seen = new Set();
    for (let second = 0.5; second < 3; second += 0.5) {
      await heardUntil(page, second);
      const [sentence, word] = [await marked('saywell-sentence'), await marked('saywell-word')];
      assert.match(sentence, /^On Friday at 14:20/);
      assert.ok(word !== '' && sentence.includes(word), `“${word}” in “${sentence}”`);
      seen.add(word);
    }
    assert.ok(seen.size >= 3, `the mark moves on: ${[...seen]}`);
    await page.getByRole('button', { name: 'Stop' }).click();
    await reaches(page, 'idle');
    assert.equal(await marked('saywell-word'), '');
  }));

test('a pasted reply stays text, whatever it contains', () =>
  visiting(async (page) => {
    await page.locator('#own').fill('<img src=x onerror="alert(1)"> and [a link](javascript:alert(1)) and **bold**');
    await page.keyboard.press('Control+Enter');
    const reply = page.locator('.assistant').last();
    await heardUntil(page, 0.2);
    assert.equal(await reply.locator('img, a, script').count(), 0);
    assert.equal(await reply.locator('strong').innerText(), 'bold');
    assert.match(await reply.locator('p').first().innerText(), /^<img src=x onerror="alert\(1\)">/);
  }));

test('where listening is switched off, there are no speakers', () =>
  visiting(
    async (page) => {
      await page.waitForResponse('**/tts/config');
      await frames(page, 5);
      assert.equal(await page.locator('.assistant').count() > 0, true);
      assert.equal(await page.locator('saywell-speaker').count(), 0);
    },
    { prepare: (page) => page.route('**/tts/config', (route) => route.fulfill({ json: { enabled: false } })) },
  ));

/** @type {Record<string, Options>} */
const LOOKS = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  'on a phone': { viewport: { width: 390, height: 844 }, hasTouch: true },
};

for (const [name, options] of Object.entries(LOOKS)) {
  test(`axe finds nothing, idle and playing, ${name}`, () =>
    visiting(async (page) => {
      await speaker(page, 0).waitFor();
      await findsNoBarrier(page, 'at rest');
      await speaker(page, 1).click();
      await heardUntil(page, 0.2);
      await findsNoBarrier(page, 'while playing');
      const [needed, given] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.equal(needed, given, 'nothing reaches over the edge');
    }, options));
}
