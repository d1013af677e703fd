// The text of a reply that may still be written: what is there, whether it is all, and when more comes.

import { CLOCK } from './clock.js';
import { endsLikeASentence } from './sentences.js';

/** How long nothing is written before a reply that ends like a sentence counts as said so far. */
const BREATH_MS = 1200;

export class Written {
  text = '';
  /** Whether it is all there. */
  over = false;
  /** How often it has changed. */
  version = 0;
  /** When it changed last, by the clock. */
  at;
  #clock;
  /** @type {Set<() => void>} */
  #waiting = new Set();

  /** @param {import('./clock.js').Clock} [clock] */
  constructor(clock = CLOCK) {
    this.#clock = clock;
    this.at = clock.now();
  }

  /** Takes the next piece. @param {string} piece */
  write(piece) {
    this.set(this.text + piece, false);
  }

  /**
   * Takes the whole text as it is now.
   *
   * @param {string} text
   * @param {boolean} over
   */
  set(text, over) {
    if (text === this.text && over === this.over) return;
    if (text !== this.text) this.at = this.#clock.now();
    this.text = text;
    this.over = over;
    this.version += 1;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Whether what is there can be said to its end: it is all, or the writer pauses where a sentence ends. */
  get mayEnd() {
    return this.over || (this.#clock.now() - this.at >= BREATH_MS && endsLikeASentence(this.text));
  }

  /** How long until `mayEnd` may have become true by itself, in milliseconds. */
  get breath() {
    return Math.max(0, this.at + BREATH_MS - this.#clock.now());
  }

  /**
   * The next change, or the moment when a pause may be an end.
   *
   * @param {AbortSignal} signal
   * @param {number} [since]  the version that is known
   */
  async changed(signal, since = this.version) {
    signal.throwIfAborted();
    if (since !== this.version) return;
    const { mayEnd, breath } = this;
    let timer;
    let unwatch = () => {};
    await new Promise((resolve) => {
      unwatch = this.watch(() => resolve(null));
      signal.addEventListener('abort', resolve, { once: true });
      if (!mayEnd && breath > 0) timer = this.#clock.after(() => resolve(null), breath);
    });
    unwatch();
    this.#clock.cancel(timer);
    signal.throwIfAborted();
  }

  /** @param {() => void} task  called at each change @returns {() => void} ends that */
  watch(task) {
    this.#waiting.add(task);
    return () => this.#waiting.delete(task);
  }
}

/**
 * A text that is all there.
 *
 * @param {string} text
 */
export function whole(text) {
  const written = new Written();
  written.set(text, true);
  return written;
}

/**
 * How much two texts have in common at their starts, in UTF-16 units.
 *
 * @param {string} a
 * @param {string} b
 */
export function common(a, b) {
  if (b.startsWith(a)) return a.length;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}
