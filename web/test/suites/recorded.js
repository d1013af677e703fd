// What is heard of a reply while it is written, by a recording: every word, once, in its order.

import assert from 'node:assert/strict';

import { RATE, STEP_MS, loudSeconds, loudness, placesOf, samplesOf, sounding } from '../support/sound.js';
import { measured } from './sound.js';

/** @typedef {import('../support/world.js').World} World */
/** @typedef {import('../support/world.js').Probe} Probe */

/** How alike a sentence and its recording are; another sentence of the same voice reaches about half of it. */
const ALIKE = 0.9;
/** About as long as the shortest word: so much sound more or less is a word more or less. */
const A_WORD = 0.18;

/** @param {World} world */
export function recorded(world) {
  const { driver, ear, front } = world;

  measured(world, 'while a reply is written, each word is heard once and in order: through a rewrite, a pause of the model and a broken connection', () =>
    world.visiting(
      '/test/chat.html?with=captions',
      async () => {
        // The first sound of a process waits for the engine's audio system.
        await world.listen(0);
        await world.heard(0.2);
        await driver.run(() => /** @type {Probe} */ (window).probe.player().stop());
        await quiet(world, 0.5);

        const first = 'The ferry to the islands leaves at nine in the morning, as it always does.';
        const whole = [first, 'Take a warm coat, because the wind is cold.', 'Nobody will wait for you.'];
        const from = ear.heardSamples;
        await driver.run((text) => {
          const message = /** @type {any} */ (window).chat.add('', 'new');
          message.setAttribute('aria-busy', 'true');
          message.setAttribute('data-markdown', text);
        }, `${first} Bring an umbrella, because it may rain. Nobody`);
        await world.listen(-1);
        // Another second sentence, once the one that was there has been made, and before it is heard.
        const position = await driver.until(
          (text, bytes) => {
            const { captions, buffered, position } = /** @type {Probe} */ (window).probe.player().state;
            const [said, next] = captions.utterances;
            if (!said || !next || said.source[1] > bytes || buffered < next.end) return false;
            document.querySelector('[data-message-id=new]')?.setAttribute('data-markdown', text);
            return said.end - position;
          },
          'the sentence that is to be rewritten',
          `${whole.slice(0, 2).join(' ')} Nobody`,
          first.length + 1,
        );
        world.note(`rewritten ${Number(position).toFixed(1)} s before it would have been heard`);
        assert.ok(position > 0.3, 'it was written anew before it was heard');
        // A tool is called: all that can be said has been said.
        await world.reaches('waiting');
        await quiet(world, 1.5);
        front.hangUp();
        await driver.run((text) => {
          const message = document.querySelector('[data-message-id=new]');
          message?.setAttribute('data-markdown', text);
          message?.setAttribute('aria-busy', 'false');
        }, whole.join(' '));
        await world.reaches('ended');
        await quiet(world, 0.5);

        const { sentences, loud } = await spoken(world, whole);
        const heard = loudness(ear.since(from));
        const places = placesOf(sentences, heard);
        world.note(`heard at ${places.map(({ at, likeness }) => `${((at * STEP_MS) / 1000).toFixed(2)} s (${likeness.toFixed(2)})`)}; ${loudSeconds(heard).toFixed(2)} s loud, of ${loud.toFixed(2)} s`);
        for (const [index, { likeness }] of places.entries()) assert.ok(likeness > ALIKE, `“${whole[index]}”: ${likeness.toFixed(3)}`);
        assert.ok(Math.abs(loudSeconds(heard) - loud) < A_WORD, `nothing else, and nothing twice: ${loudSeconds(heard)} s of sound, where ${loud} s are to be said`);
      },
      { expected: /WebSocket|at ws:|Failed to load resource/ },
    ));

  measured(world, 'what is written after all was heard is heard once, and nothing of what was before it again', () =>
    world.visiting(
      '/test/chat.html?with=captions&with=continuous',
      async () => {
        await driver.click(await driver.run(() => /** @type {any} */ (document.querySelector('#typed'))));
        const whole = ['The ferry to the islands leaves at nine in the morning, as it always does.', 'Take a warm coat, because the wind is cold.'];
        await quiet(world, 0.5);
        const from = ear.heardSamples;
        // Drawn, and nothing says that it is being written.
        await driver.run((text) => /** @type {any} */ (window).chat.add(text, 'new') && null, whole[0] ?? '');
        await world.reaches('ended');
        await quiet(world, 2);
        await driver.run((text) => document.querySelector('[data-message-id=new] p')?.append(` ${text}`), whole[1] ?? '');
        await driver.until(() => /** @type {Probe} */ (window).probe.player().state.captions.utterances.length > 1, 'the second sentence');
        await world.reaches('ended');
        await quiet(world, 0.5);

        const { sentences, loud } = await spoken(world, whole);
        const heard = loudness(ear.since(from));
        const places = placesOf(sentences, heard);
        world.note(`after a pause: heard at ${places.map(({ at, likeness }) => `${((at * STEP_MS) / 1000).toFixed(2)} s (${likeness.toFixed(2)})`)}; ${loudSeconds(heard).toFixed(2)} s loud, of ${loud.toFixed(2)} s`);
        for (const [index, { likeness }] of places.entries()) assert.ok(likeness > ALIKE, `“${whole[index]}”: ${likeness.toFixed(3)}`);
        assert.ok(Math.abs(loudSeconds(heard) - loud) < A_WORD, `nothing else, and nothing twice: ${loudSeconds(heard)} s of sound, where ${loud} s are to be said`);
      },
    ));
}

/** Lets some time pass for the ear. @param {World} world @param {number} seconds */
export async function quiet(world, seconds) {
  const mark = world.ear.heardSamples + seconds * RATE;
  await world.until(() => world.ear.heardSamples > mark, `${seconds} s of sound`);
}

/**
 * A reply as plain samples: the loudness of each sentence, the silence after it in steps, and how much of it is loud in all.
 *
 * @param {World} world
 * @param {string[]} whole  its sentences
 */
export async function spoken(world, whole) {
  const text = whole.join(' ');
  const ask = (/** @type {string} */ accept) =>
    fetch(`${world.gateway.url}tts`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: accept },
      body: JSON.stringify({ text, format: 'pcm' }),
    });
  const curve = loudness(samplesOf(Buffer.from(await (await ask('audio/*')).arrayBuffer())));
  const { captions_url } = /** @type {any} */ (await (await ask('application/json')).json());
  const { words } = /** @type {any} */ (await (await fetch(new URL(captions_url, world.gateway.url))).json());
  const starts = whole.map((_, index) => whole.slice(0, index).reduce((sum, sentence) => sum + sentence.length + 1, 0));
  const cuts = starts.map((start, index) => {
    const own = words.filter((/** @type {any} */ { source }) => source[0] >= start && source[0] < (starts[index + 1] ?? Infinity));
    return /** @type {[number, number]} */ ([own[0].start, own.at(-1).end].map((second) => Math.round((second * 1000) / STEP_MS)));
  });
  const sentences = cuts.map(([start, end]) => curve.subarray(start, end));
  const edges = sentences.map((sentence, index) => sounding(sentence).map((step) => step + Number(cuts[index]?.[0])));
  const pauses = edges.slice(1).map(([start = 0], index) => start - Number(edges[index]?.[1]));
  return { sentences, pauses, loud: loudSeconds(curve) };
}
