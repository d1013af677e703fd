// The sound itself, as it leaves the loudspeaker.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RATE, STEP_MS, compare, loudness, pauses, pitch, samplesOf, sounding } from '../support/sound.js';

/** @typedef {import('../support/world.js').World} World */
/** @typedef {import('../support/world.js').Probe} Probe */

/** What `watchMarks` of pages/probe.js has seen; times in milliseconds since 1970, `clock` in seconds. */
/** @typedef {{ frames: number[], marks: { at: number, from: number, clock: number }[] }} Watched */

const CHAT = '/test/chat.html';

/** What a pause may grow by on its way to the ear, and what the measure's own step adds. */
const GROWTH_MS = 20 + STEP_MS;
/** How far from its sound the mark of a word may come. */
const IN_STEP_MS = 80;
/** More than two frames of a screen that draws sixty a second: the page stood still. */
const HICCUP_MS = 34;
/** Marks from before the sound belong to the listening before this one. */
const EARLY_MS = 300;
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
    await driver.run(() => /** @type {Probe} */ (window).probe.player().stop());
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

  measured(world, 'no gap, no repeat, no loss; and the marks are in step with the sound', () =>
    world.visiting(`${CHAT}?with=captions`, async () => {
      await driver.run(() => /** @type {Probe} */ (window).probe.watchMarks());
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
      const { marks, frames } = /** @type {Watched} */ (await driver.run(() => /** @type {Probe} */ (window).probe.watched));
      const faults = /** @type {string[]} */ ([]);
      const off = /** @type {number[]} */ ([]);
      let excused = 0;
      for (const [index, word] of wanted.words.entries()) {
        const due = zero + word.start * 1000;
        const over = zero + (wanted.words[index + 1]?.start ?? word.end) * 1000;
        const mark = marks.find(({ at, from }) => from === word.source[0] && at > zero - EARLY_MS);
        // A page marks when it draws, and a busy machine sometimes lets it draw nothing for a while.
        const stood = standstill(frames, due, mark?.at ?? over);
        if (mark) off.push(mark.at - due);
        const name = `“${word.text}” at ${word.start.toFixed(2)} s`;
        if (mark && Math.abs(mark.at - due) <= IN_STEP_MS) continue;
        if (stood > HICCUP_MS && (mark ? mark.at - due <= IN_STEP_MS + stood : stood >= over - due - HICCUP_MS)) excused += 1;
        else faults.push(mark ? `${name}: ${(mark.at - due).toFixed(0)} ms late` : `${name}: not marked`);
      }
      const own = marks.flatMap(({ from, clock }) => wanted.words.filter(({ source }) => source[0] === from).map(({ start }) => (clock - start) * 1000));
      const worst = Math.max(...off.map(Math.abs));
      world.note(
        `marks: all within ${worst.toFixed(0)} ms of the sound, middle ${middle(off).toFixed(0)} ms (${middle(own).toFixed(0)} ms after the element's clock); ` +
          `${excused} late since no frame was drawn; likeness ${likeness.toFixed(3)}`,
      );
      assert.deepEqual(faults, [], `every word is marked within ${IN_STEP_MS} ms of its sound`);
      assert.ok(excused <= wanted.words.length / 10, `the page stood still for ${excused} of ${wanted.words.length} words`);
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
 * What is measured against the clock can be disturbed by a machine that is busy with something else: it is listened to
 * up to three times, and a fault of ours is there every time.
 *
 * @param {World} world
 * @param {string} name
 * @param {() => Promise<void>} measure
 */
export function measured(world, name, measure) {
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
  return { samples, words: /** @type {import('../../player-store.js').Caption[]} */ (words) };
}

/**
 * The longest time between two frames that were drawn around some stretch of time.
 *
 * @param {number[]} frames
 * @param {number} from
 * @param {number} to
 */
function standstill(frames, from, to) {
  let longest = 0;
  for (const [index, frame] of frames.entries()) {
    const before = frames[index - 1] ?? frame;
    if (frame > from && before < to) longest = Math.max(longest, frame - before);
  }
  return longest;
}

/** @param {number[]} values */
function middle(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
