// A reply that is heard while it is written: what docs/STREAM.md gives to copy, as it stands there.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { POLICY, page } from '../support/guide.js';

/** @typedef {import('../support/world.js').World} World */

const guide = await readFile(new URL('../../../docs/STREAM.md', import.meta.url), 'utf8');
const [, code = ''] = /```js\n(.*?)```/s.exec(guide) ?? [];

/** A model whose words are the test's: `write(piece)`, `end()`, `stop()`. */
const SCRIPT = `${code}
const waiting = [];
let wake = () => {};
async function* pieces() {
  for (;;) {
    while (!waiting.length) await new Promise((resolve) => (wake = resolve));
    const piece = waiting.shift();
    if (piece === null) return;
    yield piece;
  }
}
const put = (piece) => (waiting.push(piece), wake());
const audio = document.querySelector('audio');
document.querySelector('button').addEventListener('click', () => {
  const stop = speakAsWritten(pieces(), audio, { url: location.origin.replace('http', 'ws') + '/tts/stream' });
  window.model = { write: put, end: () => put(null), stop };
  void audio.play();
});`;

/** @param {World} world */
export function writing(world) {
  const { driver, front } = world;

  /** Visits a page with the guide's code, and begins a reply. @param {() => Promise<void>} visit */
  const visiting = (visit) => {
    front.pages.set('/test/writing.html', {
      text: page('<button type="button">Ask</button><audio controls></audio>', '<script type="module" src="/test/writing.js"></script>'),
      policy: POLICY,
    });
    front.pages.set('/test/writing.js', { text: SCRIPT, type: '.js' });
    return world.visiting('/test/writing.html', async () => {
      await world.click('button', '^Ask$');
      await visit();
    });
  };

  /** @param {'write' | 'end' | 'stop'} verb @param {string} [piece] */
  const model = (verb, piece) => driver.run((verb, piece) => (/** @type {any} */ (window).model[verb](piece), null), verb, piece ?? null);
  const sound = () =>
    driver.run(() => {
      const audio = /** @type {HTMLAudioElement} */ (document.querySelector('audio'));
      return { at: audio.currentTime, ended: audio.ended, made: audio.buffered.length ? audio.buffered.end(0) : 0, error: audio.error?.message ?? null };
    });

  test('the first sentence is heard before the second is written, and the last to its end', () =>
    visiting(async () => {
      await model('write', 'The ferry leaves at nine in the mor');
      await model('write', 'ning. Bring a');
      await world.until(async () => (await sound()).at > 0.3, 'the first sentence');
      const { made } = await sound();
      await model('write', ' warm coat, because the wind is cold.');
      await model('end');
      await world.until(async () => (await sound()).ended, 'the end');
      const { at, error } = await sound();
      assert.equal(error, null);
      assert.ok(at > made + 1, `the second sentence is heard too: ${made} s, then ${at} s`);
    }));

  test('a reply that is stopped is made no further', () =>
    visiting(async () => {
      await model('write', 'The ferry leaves at nine in the morning. Bring a');
      await world.until(async () => (await sound()).at > 0.2, 'the first sentence');
      const before = (await sound()).made;
      await model('stop');
      await model('write', ' warm coat, because the wind is cold. And some');
      await model('end');
      await world.until(async () => (await sound()).ended, 'the end of what was made');
      assert.ok((await sound()).made <= before + 0.1, 'no more came');
    }));
}
