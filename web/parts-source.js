// For engines that cannot be fed: each utterance as a complete short file, one after the other on the
// same element. A file that is still being made would start late, and could not be sought in.

import { PlayerError } from './gateway.js';
import { captionAt } from './player-store.js';

/** @typedef {import('./gateway.js').Gateway} Gateway */
/** @typedef {import('./playback.js').Speech} Speech */
/** @typedef {import('./player-store.js').Caption} Caption */
/** @typedef {import('./player-store.js').PlayerEvent} PlayerEvent */
/** @typedef {import('./player-store.js').Rendition} Rendition */

/** About what voices say; each part's own length corrects it. */
const CHARS_PER_SECOND = 14;
/** How many parts are asked for before they are due. */
const AHEAD = 2;

/**
 * @typedef {object} Part
 * @property {string} text
 * @property {[number, number]} source
 * @property {number} start  seconds from the reply's start
 * @property {number} duration
 * @property {Promise<Rendition> | null} asked
 */

export class PartsSource {
  format = 'mp3';
  streams = false;
  /** Where the present file begins, in seconds of the whole. */
  offset = 0;
  /** @type {Part[]} */
  #parts = [];
  #index = 0;
  #wanted = 0;
  /** @type {HTMLAudioElement | null} */
  #audio = null;
  /** @type {(part: Part) => Promise<Rendition>} */
  #ask = () => Promise.reject(new Error('nothing is loaded'));
  /** @type {(event: PlayerEvent) => void} */
  #report = () => {};

  /** @param {HTMLAudioElement} audio */
  attach(audio) {
    this.#audio = audio;
    audio.removeAttribute('src');
    audio.load();
  }

  /**
   * @param {object} order
   * @param {Speech} order.speech
   * @param {Gateway} order.gateway
   * @param {AbortSignal} order.signal
   * @param {(event: PlayerEvent) => void} order.report
   */
  async load({ speech, gateway, signal, report }) {
    const { utterances } = await gateway.script(speech, signal);
    if (utterances.length === 0) throw new PlayerError('invalid_request', 'There is nothing in this reply to read aloud.');
    this.#ask = (part) => gateway.ask({ ...speech, text: part.text, format: this.format }, signal);
    this.#parts = utterances.map(({ text, source }) => ({ text, source, start: 0, duration: text.length / CHARS_PER_SECOND, asked: null }));
    this.#lay();
    const rendition = await this.#goTo(captionAt(this.#parts, this.#wanted), this.#wanted);
    const { duration } = this.measure();
    report({ type: 'answered', rendition: { ...rendition, durationSeconds: duration, complete: false } });
    this.#report = report;
    this.#lay();
  }

  /**
   * The file after the present one: it is on the element when the promise resolves. Null at the end.
   *
   * @returns {Promise<unknown> | null}
   */
  next() {
    const next = this.#parts[this.#index + 1];
    return next ? this.#goTo(this.#index + 1, next.start) : null;
  }

  /**
   * @param {number} position  seconds of the whole
   * @returns {Promise<unknown> | null}  null: the element is there
   */
  seek(position) {
    this.#wanted = position;
    const index = captionAt(this.#parts, position);
    if (index < 0) return null;
    if (index !== this.#index) return this.#goTo(index, position);
    if (this.#audio) this.#audio.currentTime = position - this.offset;
    return null;
  }

  /** The whole's length, as far as it is known. */
  measure() {
    const last = this.#parts.at(-1);
    const audio = this.#audio;
    const part = this.#parts[this.#index];
    if (part && audio && Number.isFinite(audio.duration) && Math.abs(part.duration - audio.duration) > 0.05) {
      part.duration = audio.duration;
      this.#lay();
    }
    return { duration: last ? last.start + last.duration : 0, exact: false, buffered: part ? part.start + part.duration : 0 };
  }

  close() {
    if (this.#audio) this.attach(this.#audio);
    this.#audio = null;
  }

  /**
   * @param {number} index
   * @param {number} position
   */
  async #goTo(index, position) {
    const part = /** @type {Part} */ (this.#parts[index]);
    this.#index = index;
    this.offset = part.start;
    for (const soon of this.#parts.slice(index, index + 1 + AHEAD)) {
      soon.asked ??= this.#ask(soon);
      // Told when it is due; until then nobody waits for it.
      soon.asked.catch(() => {});
    }
    const rendition = await /** @type {Promise<Rendition>} */ (part.asked);
    if (this.#index !== index || !this.#audio) return rendition;
    this.#audio.src = rendition.url;
    if (position > part.start) this.#audio.currentTime = position - part.start;
    return rendition;
  }

  /** Puts the parts one after the other, and says so. */
  #lay() {
    let at = 0;
    for (const part of this.#parts) {
      part.start = at;
      at += part.duration;
    }
    this.offset = this.#parts[this.#index]?.start ?? 0;
    // Words have no times here: a part knows them only in its own bytes.
    const utterances = this.#parts.map(({ text, source, start, duration }) => ({ text, source, start, end: start + duration }));
    this.#report({ type: 'captioned', utterances, words: [], anew: true });
  }
}
