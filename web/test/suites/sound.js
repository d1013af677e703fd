// The sound itself, as it leaves the loudspeaker.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RATE, STEP_MS, compare, loudness, pauses, pitch, samplesOf, sounding } from '../support/sound.js';

/** @typedef {import('../support/world.js').World} World */
/** @typedef {import('../support/world.js').Probe} Probe */

const CHAT = '/test/chat.html';

/** What a pause may grow by on its way to the ear, and what the measure's own step adds. */
const GROWTH_MS = 20 + STEP_MS;
/** Shorter quiet is part of speech: a stop consonant is as long. */
const NOTED_PAUSE_MS = 60;

/** @param {World} world */
export function sound(world) {
  const { driver, ear } = world;

  /**
   * Listens to a message to its end.
   *
   * @param {number} message
   * @returns {Promise<{ samples: Float32Array, from: number }>}
   */
  async function record(message) {
    // The first sound of a process waits for the engine's audio system: it goes unmeasured.
    await world.listen(message);
    await world.heard(0.2);
    await world.click('button', '^Stop$', message);
    await world.reaches('idle');
    await settled();
    const from = ear.heardSamples;
    await world.listen(message);
    await world.reaches('ended');
    await settled();
    return { samples: ear.since(from), from };
  }

  /** Lets what is on its way to the loudspeaker arrive. */
  async function settled() {
    const mark = ear.heardSamples;
    await world.until(() => ear.heardSamples > mark + RATE / 2, 'half a second of sound');
  }

  /**
   * What is measured against the clock can be disturbed by a machine that is busy with something else: it is listened to
   * up to three times, and a fault of ours is there every time.
   *
   * @param {string} name
   * @param {() => Promise<void>} measure
   */
  function measured(name, measure) {
    test(name, async () => {
      for (let left = 2; ; left -= 1) {
        try {
          return await measure();
        } catch (error) {
          if (left === 0) throw error;
          world.note(`listened to again, since ${error instanceof Error ? error.message : error}`);
        }
      }
    });
  }

  measured('no gap, no repeat, no loss; and the marks are in step with the sound', () =>
    world.visiting(`${CHAT}?with=captions`, async () => {
      await driver.run(() => {
        const { probe } = /** @type {Probe} */ (window);
        probe.marks = [];
        let last = '';
        setInterval(() => {
          const word = probe.marked('saywell-word');
          if (word !== last) probe.marks.push([performance.timeOrigin + performance.now(), word]);
          last = word;
        }, 4);
      });
      const { samples, from } = await record(1);
      const [{ body }] = /** @type {[any]} */ (world.front.seen('POST', /^\/tts$/));
      const wanted = await rendition(world, body.text);
      const [inWav, inEar] = [loudness(wanted.samples), loudness(samples)];
      const [wavStart] = sounding(inWav);
      const [earStart] = sounding(inEar);

      const { likeness, shift } = compare(inWav.subarray(wavStart), inEar.subarray(earStart), 60 / STEP_MS);
      assert.ok(likeness > 0.9, `what was heard is what was made: ${likeness.toFixed(3)}`);

      const intended = pauses(inWav, STEP_MS);
      for (const { at, ms } of pauses(inEar, NOTED_PAUSE_MS)) {
        const same = intended.filter((pause) => Math.abs(pause.at + pause.ms / 2 - (at + ms / 2)) < 100);
        const longest = Math.max(0, ...same.map((pause) => pause.ms));
        assert.ok(ms <= longest + GROWTH_MS, `a pause of ${ms} ms at ${at} ms, meant to be ${longest} ms`);
      }

      // When the ear had the rendition's first sample, and so each of its words.
      const zero = ear.timeOf(from) + (earStart + shift - wavStart) * STEP_MS;
      const { marks } = await driver.run(() => ({ marks: /** @type {Probe} */ (window).probe.marks }));
      const late = [];
      let at = marks.findIndex((/** @type {[number, string]} */ [time]) => time > zero - 300);
      for (const word of wanted.words) {
        const found = marks.findIndex((/** @type {[number, string]} */ [, text], /** @type {number} */ index) => index >= at && text !== '' && word.text.includes(text.replace(/\W+$/, '')));
        if (found < 0 || found > at + 3) continue;
        late.push(marks[found][0] - (zero + word.start * 1000));
        at = found + 1;
      }
      assert.ok(late.length > 0.8 * wanted.words.length, `${late.length} of ${wanted.words.length} words were marked`);
      const off = late.map(Math.abs).sort((a, b) => a - b);
      const most = off[Math.floor(off.length * 0.9)] ?? Infinity;
      world.note(`marks: nine of ten within ${most.toFixed(0)} ms of the sound, middle ${middle(late).toFixed(0)} ms; likeness ${likeness.toFixed(3)}`);
      assert.ok(most <= 80, `nine of ten marks are within 80 ms: ${most.toFixed(0)} ms`);
    }));

  test('faster is shorter, and has the same pitch', async () => {
    /** @type {Record<string, { seconds: number, hertz: number }>} */
    const heard = {};
    for (const speed of ['1', '1.25', '0.8']) {
      await world.visiting(`${CHAT}?with=speed:${speed}`, async () => {
        const { samples } = await record(0);
        // Of the second sentence: an engine may take a moment to find its speed.
        const curve = loudness(samples);
        const [first, last] = sounding(curve);
        const [longest] = pauses(curve, NOTED_PAUSE_MS).sort((a, b) => b.ms - a.ms);
        if (!longest) throw new Error('there is no pause between the sentences');
        heard[speed] = { seconds: ((last - first) * STEP_MS - longest.at - longest.ms) / 1000, hertz: pitch(samples) };
      });
    }
    world.note(`speeds: ${JSON.stringify(heard)}`);
    const { seconds, hertz } = /** @type {{ seconds: number, hertz: number }} */ (heard['1']);
    assert.ok(hertz > 100 && hertz < 350, `a voice: ${hertz} Hz`);
    for (const speed of ['1.25', '0.8']) {
      const faster = /** @type {{ seconds: number, hertz: number }} */ (heard[speed]);
      const measured = seconds / faster.seconds;
      assert.ok(Math.abs(measured / Number(speed) - 1) < 0.05, `speed ${speed} measured as ${measured.toFixed(3)}`);
      assert.ok(Math.abs(faster.hertz / hertz - 1) < 0.06, `pitch ${faster.hertz.toFixed(0)} Hz at ${speed}, ${hertz.toFixed(0)} Hz at 1`);
    }
  });
}

/**
 * The same reply as plain samples, with when each word is spoken.
 *
 * @param {World} world
 * @param {string} text
 */
async function rendition(world, text) {
  const ask = (/** @type {string} */ accept) =>
    fetch(`${world.gateway.url}tts`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: accept },
      body: JSON.stringify({ text, format: 'pcm' }),
    });
  const samples = samplesOf(Buffer.from(await (await ask('audio/*')).arrayBuffer()));
  const { captions_url } = /** @type {any} */ (await (await ask('application/json')).json());
  const { words } = /** @type {any} */ (await (await fetch(new URL(captions_url, world.gateway.url))).json());
  return { samples, words: /** @type {{ text: string, start: number }[]} */ (words) };
}

/** @param {number[]} values */
function middle(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
