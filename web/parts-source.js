// Sound for engines that cannot be fed: each utterance as a complete short file, one after the other on the
// same element.

import { CHARS_PER_SECOND } from './browser-script.js';
import { afterByte, byteLength, captionAt, placesIn, wholeCaptions } from './captions.js';
import { PlayerError } from './gateway.js';
import { settled } from './sentences.js';
import { common, whole } from './written.js';

/** @typedef {import('./gateway.js').Gateway} Gateway */
/** @typedef {import('./playback.js').Speech} Speech */
/** @typedef {import('./player-store.js').Caption} Caption */
/** @typedef {import('./player-store.js').PlayerEvent} PlayerEvent */
/** @typedef {import('./player-store.js').Rendition} Rendition */
/** @typedef {import('./written.js').Written} Written */

/** How many parts are asked for before they are due. */
const AHEAD = 2;

/**
 * @typedef {object} Part
 * @property {string} text
 * @property {[number, number]} source
 * @property {number} start  seconds from the reply's start
 * @property {number} duration
 * @property {Caption[]} words  in seconds of the part, once it has been made
 * @property {Promise<Rendition> | null} asked
 */

/**
 * For engines that cannot be fed: each utterance as a complete short file, one after the other on the
 * same element. A file that is still being made would start late, and could not be sought in.
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
  /** Whether every part is known. */
  #whole = false;
  /** Ends a wait for the part that follows. */
  #came = () => {};
  /** @type {Written | null} */
  #written = null;
  /** What of the text is known, and which version of it that is. */
  #known = '';
  #version = 0;
  /** Why no more parts will come. @type {unknown} */
  #broken = null;

  /** @param {HTMLAudioElement} audio */
  attach(audio) {
    this.#audio = audio;
    empty(audio);
  }

  /** Whether nothing can be said before the writer goes on. */
  get awaitsWriter() {
    return !this.#whole && this.#written?.over === false && this.#index >= this.#parts.length - 1;
  }

  /**
   * @param {object} order
   * @param {Speech} order.speech
   * @param {Written} [order.written]
   * @param {number} [order.byte]  where in the text to begin; absent: where it was sought
   * @param {Gateway} order.gateway
   * @param {AbortSignal} order.signal
   * @param {(event: PlayerEvent) => void} order.report
   * @param {() => void} [order.arrived]  called when more may be heard
   */
  async load({ speech, written = whole(speech.text), byte = 0, gateway, signal, report, arrived = () => {} }) {
    this.#written = written;
    this.#report = report;
    this.#ask = async (part) => {
      const reply = new TextEncoder().encode(written.text);
      const rendition = await gateway.ask({ ...speech, text: part.text, startAt: null, format: this.format }, signal);
      const captions = rendition.captionsUrl && gateway.open(rendition.captionsUrl, signal);
      // Without them the sentence is marked, and its words are not.
      if (captions) this.#caption(part, reply, captions).catch(() => {});
      return rendition;
    };
    for (;;) {
      const more = await this.#learn(speech, written, gateway, signal);
      if (this.#parts.length > 0) {
        const index = Math.max(0, byte ? this.#parts.findLastIndex(({ source }) => source[0] <= byte) : captionAt(this.#parts, this.#wanted));
        if (byte) this.#wanted = Number(this.#parts[index]?.start);
        const rendition = await this.#goTo(index, this.#wanted);
        const { duration } = this.measure();
        report({ type: 'answered', rendition: { ...rendition, durationSeconds: duration, complete: false, continuesAt: more } });
        this.#lay();
        if (more === null) this.#followOn(speech, written, gateway, signal, arrived);
        return;
      }
      if (this.#whole) throw new PlayerError('nothing_to_say');
      await written.changed(signal, this.#version);
    }
  }

  /**
   * Learns the parts that have been written since.
   *
   * @param {Speech} speech
   * @param {Written} written
   * @param {Gateway} gateway
   * @param {AbortSignal} signal
   * @returns {Promise<number | null>}  the byte that the next press goes on from, where this is not all
   */
  async #learn(speech, written, gateway, signal) {
    this.#version = written.version;
    const isWhole = written.mayEnd;
    const text = isWhole ? written.text : settled(written.text);
    this.#keep(text);
    const from = this.#parts.at(-1)?.source[1] ?? 0;
    const fresh = afterByte(text, from);
    let more = null;
    if (/[\p{L}\p{N}]/u.test(fresh) || (isWhole && this.#parts.length === 0)) {
      const { utterances, continuesAt = null } = await gateway.script({ ...speech, text: fresh, startAt: from ? null : speech.startAt ?? null }, signal);
      if (continuesAt !== null) more = from + continuesAt;
      const parts = utterances.map(({ text, source: [start, end] }) => ({ text, source: /** @type {[number, number]} */ ([from + start, from + end]), start: 0, duration: text.length / CHARS_PER_SECOND, words: [], asked: null }));
      this.#parts.push(...parts);
      this.#lay();
    }
    this.#whole = more !== null || (written.over && this.#version === written.version);
    return more;
  }

  /** Forgets the parts that are not what stands there any more. @param {string} text */
  #keep(text) {
    if (text.startsWith(this.#known)) {
      this.#known = text;
      return;
    }
    const kept = byteLength(text.slice(0, common(this.#known, text)));
    this.#known = text;
    this.#parts = this.#parts.filter(({ source }) => source[1] <= kept);
    // What is heard is no longer said: the rest follows at once.
    if (this.#index < this.#parts.length || !this.#audio) return;
    this.#index = this.#parts.length - 1;
    empty(this.#audio);
    this.#audio.dispatchEvent(new Event('ended'));
  }

  /**
   * @param {Speech} speech
   * @param {Written} written
   * @param {Gateway} gateway
   * @param {AbortSignal} signal
   * @param {() => void} arrived
   */
  async #followOn(speech, written, gateway, signal, arrived) {
    try {
      for (;;) {
        const known = this.#parts.length;
        await written.changed(signal, this.#version);
        if ((await this.#learn(speech, written, gateway, signal)) !== null) break;
        this.#came();
        if (this.#parts.length > known) arrived();
      }
    } catch (error) {
      this.#broken = error;
    }
    this.#came();
  }

  /**
   * The file after the present one: it is on the element when the promise resolves. Null at the end.
   *
   * @returns {Promise<unknown> | null}
   */
  next() {
    const next = this.#parts[this.#index + 1];
    if (next) return this.#goTo(this.#index + 1, next.start);
    if (this.#broken) return Promise.reject(this.#broken);
    if (this.#whole || !this.#written) return null;
    // Not written yet, or not known.
    return new Promise((resolve) => (this.#came = () => resolve(null))).then(() => this.next());
  }

  /**
   * @param {number} position  seconds of the whole
   * @returns {Promise<unknown> | null}  null: the element is there
   */
  seek(position) {
    this.#wanted = position;
    const index = captionAt(this.#parts, position);
    if (index < 0) return null;
    if (index !== this.#index) {
      // What is left must not be heard while the other is waited for.
      if (this.#audio) empty(this.#audio);
      return this.#goTo(index, position);
    }
    if (this.#audio) this.#audio.currentTime = position - this.offset;
    return null;
  }

  /** The whole's length, as far as it is known. */
  measure() {
    const part = this.#parts[this.#index];
    const last = this.#parts.at(-1);
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
      // Told when it is due; asked for anew when it is wanted once more.
      soon.asked.catch(() => (soon.asked = null));
    }
    const rendition = await /** @type {Promise<Rendition>} */ (part.asked);
    if (this.#index !== index || !this.#audio) return rendition;
    this.#audio.src = rendition.url;
    if (position > part.start) this.#audio.currentTime = position - part.start;
    return rendition;
  }

  /**
   * A part knows its words in its own seconds and bytes.
   *
   * @param {Part} part
   * @param {Uint8Array} reply
   * @param {Promise<ReadableStream<Uint8Array<ArrayBuffer>>>} stream
   */
  async #caption(part, reply, stream) {
    const { words, duration } = await wholeCaptions(await stream);
    const placeOf = placesIn(reply, part.source);
    part.words = words.map((word) => ({ ...word, source: placeOf(word.text) }));
    part.duration = duration;
    this.#lay();
  }

  /** Puts the parts one after the other, and says so. */
  #lay() {
    let at = 0;
    for (const part of this.#parts) {
      part.start = at;
      at += part.duration;
    }
    this.offset = this.#parts[this.#index]?.start ?? 0;
    const utterances = this.#parts.map(({ text, source, start, duration }) => ({ text, source, start, end: start + duration }));
    const words = this.#parts.flatMap(({ start, words }) => words.map((word) => ({ ...word, start: start + word.start, end: start + word.end })));
    this.#report({ type: 'captioned', utterances, words, anew: true });
  }
}

/** Takes away what an element plays. @param {HTMLAudioElement} audio */
export function empty(audio) {
  audio.removeAttribute('src');
  audio.load();
}
