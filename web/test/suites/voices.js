// The browser's own voice for real: what the engine's synthesiser says is heard.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RATE } from '../support/sound.js';
import { startWorld } from '../support/world.js';

/** @typedef {import('../support/world.js').EngineName} EngineName */
/** @typedef {import('../support/world.js').Probe} Probe */

/** @param {EngineName} name */
export function voices(name) {
  test('the engine’s own synthesiser is heard, reaches the end, and is silent after stop', async () => {
    const world = await startWorld(name, {}, { speaks: true });
    const { ear } = world;
    try {
      await world.visiting('/test/chat.html?with=provider:browser&with=captions:bar', async () => {
        // What an engine speaks with is loaded with its first word, which takes a busy machine longer than anybody waits.
        await world.clickOn(() => world.driver.run(() => /** @type {any} */ (document.querySelector('#typed'))));
        await world.driver.run(
          () =>
            new Promise((spoken) => {
              const first = new SpeechSynthesisUtterance('One.');
              first.onend = first.onerror = () => spoken(null);
              // Held, or Chromium collects it and its events never come.
              Object.assign(window, { first });
              speechSynthesis.speak(first);
            }),
        );
        let begun = ear.heardSamples;
        const loud = () => ear.since(begun).filter((sample) => Math.abs(sample) > 0.01).length / RATE;
        await world.listen(0);
        await world.reaches('ended');
        assert.ok(loud() > 0.5, `a reply of two sentences was heard: ${loud().toFixed(2)} s of it loud`);

        begun = ear.heardSamples;
        await world.listen(1);
        await world.until(() => loud() > 0.3, 'the next one to be heard');
        await world.click('button', '^Stop$', 1);
        await world.reaches('idle');
        // What is on its way to the loudspeaker is still heard.
        const mark = ear.heardSamples + RATE;
        await world.until(() => ear.heardSamples > mark + RATE, 'a second to pass');
        begun = mark;
        assert.equal(loud(), 0, 'silence after stop');
      });
    } finally {
      await world.stop();
    }
  });
}
