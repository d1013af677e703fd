// How soon a reply is heard that is being written, and how long the silence between its sentences is: the player
// (handed the words as they come, and off the page) beside a bare client of `GET /tts/stream`, in the same page and the
// same run, by a recording. `npm run measure`
// does it in three engines, with ROUNDS of each (10), and fails where a target is missed. It wants a quiet
// machine and a release build (`SAYWELL_BIN`).

import { readFile } from 'node:fs/promises';

import { quiet, spoken } from './suites/recorded.js';
import { page } from './support/guide.js';
import { STEP_MS, loudness, placesOf, sounding } from './support/sound.js';
import { startWorld } from './support/world.js';

/** @typedef {import('./support/world.js').World} World */
/** @typedef {import('./support/world.js').Probe} Probe */

const ROUNDS = Number(process.env.ROUNDS ?? 10);
/** Milliseconds. */
const TARGETS = { firstSound: 300, laterThanBare: 100, gap: 150 };
/** @typedef {'player' | 'page' | 'client'} Who */
/** @type {Who[]} */
const WAYS = ['player', 'page', 'client'];
/** What a model writes a second, in words: several times as fast as anybody speaks. */
const WORD_MS = 40;

const guide = await readFile(new URL('../../docs/STREAM.md', import.meta.url), 'utf8');
const [, client = ''] = /```js\n(.*?)```/s.exec(guide) ?? [];
const SCRIPT = `${client}
const player = document.querySelector('saywell-player');
const bare = document.querySelector('#bare');
let write = () => {};
/** What the model writes, as whoever listens gets it. */
function pieces() {
  const waiting = [];
  let wake = () => {};
  write = (piece) => (waiting.push(piece), wake());
  return (async function* () {
    for (;;) {
      while (!waiting.length) await new Promise((resolve) => (wake = resolve));
      const piece = waiting.shift();
      if (piece === null) return;
      yield piece;
    }
  })();
}
let end = () => {};
document.querySelector('#player').addEventListener('click', () => {
  void player.speakStream(pieces());
  end = () => player.stop();
});
document.querySelector('#page').addEventListener('click', () => {
  const message = document.createElement('article');
  message.className = 'assistant';
  message.setAttribute('aria-busy', 'true');
  document.querySelector('main').append(message);
  write = (piece) => (piece === null ? message.setAttribute('aria-busy', 'false') : message.setAttribute('data-markdown', (message.dataset.markdown ?? '') + piece));
  player.speak(message);
  end = () => (player.stop(), message.remove());
});
document.querySelector('#client').addEventListener('click', () => {
  const stop = speakAsWritten(pieces(), bare, { url: location.origin.replace('http', 'ws') + '/tts/stream' });
  end = () => (stop(), bare.pause());
  void bare.play();
});
window.model = {
  /** Writes word by word; tells when the first sentence was there, which is when a word follows it. */
  async write(text, ms) {
    let at = null;
    const words = text.match(/\\S+\\s*/g);
    for (const [index, word] of words.entries()) {
      write(word);
      if (at === null && index > 0 && /[.!?]\\s*$/.test(words[index - 1])) at = performance.timeOrigin + performance.now();
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
    write(null);
    return at;
  },
  end: () => end(),
};`;

/** @param {World} world */
async function measure(world) {
  const { driver, ear, front } = world;
  front.pages.set('/test/measure.html', {
    text: page(
      '<button type="button" id="player">Player</button><button type="button" id="page">Page</button><button type="button" id="client">Client</button><saywell-player messages=".assistant"></saywell-player><audio id="bare"></audio>',
      '<script type="module" src="/player/define.js"></script><script type="module" src="/test/measure.js"></script>',
    ),
    policy: "default-src 'self'; media-src 'self' blob:; connect-src 'self' ws:; img-src data:",
  });
  front.pages.set('/test/measure.js', { text: SCRIPT, type: '.js' });

  /** @param {Who} who @param {string[]} whole  sentences that nobody has heard */
  async function listen(who, whole) {
    await quiet(world, 0.5);
    const from = ear.heardSamples;
    await driver.click(await driver.run((id) => /** @type {any} */ (document.getElementById(id)), who));
    const written = await driver.run((text, ms) => /** @type {any} */ (window).model.write(text, ms), whole.join(' '), WORD_MS);
    if (who !== 'client') await world.reaches('ended');
    else await world.until(() => driver.run(() => /** @type {HTMLAudioElement} */ (document.querySelector('#bare')).ended), 'the end');
    await quiet(world, 0.5);
    await driver.run(() => /** @type {any} */ (window).model.end());
    const heard = loudness(ear.since(from));
    const { sentences, pauses } = await spoken(world, whole);
    const places = placesOf(sentences, heard);
    const edges = places.map(({ at }, index) => sounding(/** @type {Float32Array} */ (sentences[index])).map((step) => at + step));
    const gaps = edges.slice(1).map(([start = 0], index) => (start - Number(edges[index]?.[1]) - Number(pauses[index])) * STEP_MS);
    return { first: ear.timeOf(from) + Number(edges[0]?.[0]) * STEP_MS - Number(written), gaps, likeness: Math.min(...places.map(({ likeness }) => likeness)) };
  }

  /** @type {Record<Who, Awaited<ReturnType<typeof listen>>[]>} */
  const found = { player: [], page: [], client: [] };
  await world.visiting('/test/measure.html', async () => {
    // What a page loads at the first press, and the engine's audio system, come once.
    for (const who of WAYS) await listen(who, ['This one does not count.', 'Nor does this.']);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const who of round % 2 ? WAYS.toReversed() : WAYS) {
        const number = `${round + 1} of the ${{ player: 'first', page: 'second', client: 'third' }[who]} kind`;
        found[who].push(await listen(who, [`The ferry ${number} leaves at nine in the morning.`, 'Bring a warm coat, because the wind is cold.', `Boat ${number} follows an hour later.`]));
      }
    }
  });
  const bare = middle(found.client.map(({ first }) => first));
  let met = true;
  for (const who of WAYS) {
    const rounds = found[who];
    const first = middle(rounds.map(({ first }) => first));
    const gaps = rounds.flatMap(({ gaps }) => gaps);
    const likeness = Math.min(...rounds.map(({ likeness }) => likeness));
    const faults = [
      ...(first > TARGETS.firstSound ? ['first sound'] : []),
      ...(first - bare > TARGETS.laterThanBare ? ['later than a bare client'] : []),
      ...(Math.max(...gaps) > TARGETS.gap ? ['a gap'] : []),
      ...(likeness < 0.9 ? ['something else was heard than was written'] : []),
    ];
    met &&= faults.length === 0;
    console.log(
      `${world.engine.name}, ${who}: first sound after ${first.toFixed(0)} ms (p50 of ${ROUNDS}; ${spread(rounds)}); silence between sentences beyond what is meant: p50 ${middle(gaps)} ms, ` +
        `at most ${Math.max(...gaps)} ms; likeness at least ${likeness.toFixed(2)}${faults.length > 0 ? `; MISSED: ${faults.join(', ')}` : ''}`,
    );
  }
  return met;
}

/** @param {number[]} values */
function middle(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** @param {{ first: number }[]} rounds */
function spread(rounds) {
  const values = rounds.map(({ first }) => first);
  return `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}`;
}

let met = true;
for (const name of /** @type {const} */ (['chromium', 'firefox', 'webkit'])) {
  if (process.env.ENGINE && process.env.ENGINE !== name) continue;
  const world = await startWorld(name);
  try {
    met = (await measure(world)) && met;
  } finally {
    await world.stop();
  }
}
process.exit(met ? 0 : 1);
