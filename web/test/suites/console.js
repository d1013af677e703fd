// That complaints are heard: a suite that says "the console is silent" must be able to say otherwise.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MINI_BROWSER } from '../support/engines.js';
import { start } from '../support/programs.js';
import { RATE } from '../support/sound.js';

/** @typedef {import('../support/world.js').World} World */

/** A page that its own policy forbids to run its script. */
const FAULTY = { text: '<!doctype html><html lang="en"><head><title>Faults</title></head><body><script>void 0</script></body></html>', policy: "default-src 'self'" };

/** @param {World} world */
export function complaints(world) {
  const { driver, engine, front } = world;

  test('errors, warnings, rejections, what the policy forbids and what is missing all count', async () => {
    front.pages.set('/test/faulty.html', FAULTY);
    const visit = world.visiting('/test/faulty.html', () =>
      driver.run(async () => {
        console.error('said aloud');
        console.warn('said quietly');
        setTimeout(() => void Promise.reject(new Error('left alone')));
        setTimeout(() => {
          throw new Error('thrown away');
        });
        await fetch('/test/nowhere.js').catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, 50));
      }),
    );
    const heard = await visit.then(() => [], (error) => /** @type {string[]} */ (error.actual));
    for (const pattern of [/said aloud/, /said quietly/, /left alone/, /thrown away/, /404/, /policy: script-src/]) {
      assert.ok(heard.some((text) => pattern.test(text)), `${pattern} in ${heard.join('\n')}`);
    }
    if (engine.console.unread) world.note(`skipped: the browser's own console. ${engine.console.unread}; see the next test`);
    else assert.ok(heard.some((text) => /Content.Security.Policy/.test(text)), `the browser's own words in ${heard.join('\n')}`);
  });

  const reads = engine.console.unread === undefined && 'read after every test';
  test('the console of a browser that nobody drives is silent, too', { skip: reads }, async () => {
    front.reset();
    front.pages.set('/test/faulty.html', FAULTY);
    const addresses = ['test/faulty.html', 'test/chat.html?speak&with=captions:bar&with=prefetch'].map((path) => world.url + path);
    // Both are tabs of one window, so that what the first must complain about shows that it would be read.
    const browser = start(MINI_BROWSER, ['--autoplay-policy=allow', '--enable-write-console-messages-to-stdout=true', ...addresses], { env: engine.env });
    try {
      const begun = world.ear.heardSamples;
      const sounds = () => world.ear.since(begun).filter((sample) => Math.abs(sample) > 0.02).length > RATE;
      await world.until(() => /Refused to execute/.test(browser.said()) && sounds(), 'a complaint, and sound');
    } finally {
      await browser.stop();
    }
    const lines = browser.said().split('\n').filter((line) => /CONSOLE\b.*\b(ERROR|WARN)/.test(line));
    assert.deepEqual(lines.filter((line) => !/faulty\.html/.test(line)), []);
  });
}
