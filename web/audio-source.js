// How sound gets from the gateway into the one <audio> element. Which way is open depends on the
// engine and is found out at run time; the rest of the player sees one interface.

import { byteLength, placesIn, wholeCaptions } from './captions.js';
import { PlayerError } from './gateway.js';
import { captionAt } from './player-store.js';
import { settled } from './sentences.js';
import { common, whole } from './written.js';

/** @typedef {import('./gateway.js').Gateway} Gateway */
/** @typedef {import('./playback.js').Speech} Speech */
/** @typedef {import('./player-store.js').Caption} Caption */
/** @typedef {import('./player-store.js').PlayerEvent} PlayerEvent */
/** @typedef {import('./player-store.js').Rendition} Rendition */
/** @typedef {import('./written.js').Written} Written */

/**
 * @typedef {object} AudioSource
 * @property {string} format  what to ask the gateway for
 * @property {boolean} streams  whether it plays sound that is still being made, piece by piece
 * @property {(audio: HTMLAudioElement) => void} attach
 *   takes the element over, before anything is known about the sound, so that `play()` can be
 *   called in the listener's own click
 * @property {(rendition: Rendition, connection: Connection) => Promise<void>} [feed]
 *   resolves when all the sound has been handed over; rejects when it breaks off
 * @property {PartsSource['load']} [load]
 *   in place of `feed`, for a source that asks for its sound itself
 * @property {() => void} close  gives the element back, empty
 * @property {number} [offset]  where the element's time begins, in seconds of the whole
 * @property {(position: number) => Promise<unknown> | null} [seek]
 * @property {() => Promise<unknown> | null} [next]  what to go on with when the element has ended
 * @property {() => { duration: number, exact: boolean, buffered: number }} [measure]
 * @property {number} [laid]  seconds that lie whole from the start
 * @property {boolean} [awaitsWriter]  whether nothing can be said before the writer goes on
 */

/**
 * @typedef {object} Connection
 * @property {(url: string, signal: AbortSignal) => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>} open
 * @property {AbortSignal} signal  aborted when the listener leaves
 * @property {() => void} arrived  called for every piece of sound
 * @property {number} [second]  where it is heard from; absent: from the start
 */

/** @typedef {{ MediaSource?: typeof MediaSource, ManagedMediaSource?: typeof MediaSource }} Engine */

/**
 * What Media Source Extensions are asked for, best first. Opus in WebM plays with the least sound
 * buffered in every engine; Safari has it as fragmented MP4 only, under a capital letter.
 */
const STREAMS = Object.freeze([
  { format: 'webm', type: 'audio/webm;codecs=opus' },
  { format: 'mp4', type: 'audio/mp4;codecs=opus' },
  { format: 'mp4', type: 'audio/mp4;codecs=Opus' },
]);

/** The longest hole in the sound that is none: encoders begin and end a little off. Seconds. */
const GAP = 0.25;
/** About what voices say; each part's own length corrects it. */
const CHARS_PER_SECOND = 14;
/** How many parts are asked for before they are due. */
const AHEAD = 2;

/**
 * The best way this engine offers.
 *
 * @param {Engine} [engine]
 * @returns {AudioSource}
 */
export function pickSource(engine = /** @type {Engine} */ (globalThis)) {
  // Where there is a ManagedMediaSource, the plain one is missing (iPhone) or costs more power.
  const Media = engine.ManagedMediaSource ?? engine.MediaSource;
  const stream = Media && STREAMS.find(({ type }) => Media.isTypeSupported(type));
  return Media && stream ? new StreamSource(Media, stream) : new PartsSource();
}

/** Media Source Extensions fed from a fetch: sounds after a fraction of a second of data. */
export class StreamSource {
  streams = true;
  #Media;
  #type;
  /** @type {HTMLAudioElement | null} */
  #audio = null;
  /** @type {MediaSource | null} */
  #media = null;
  #address = '';
  /** @type {Promise<unknown>} */
  #opened = Promise.resolve();
  /** @type {SourceBuffer | null} */
  #buffer = null;
  #from = 0;

  /**
   * @param {typeof MediaSource} Media
   * @param {{ format: string, type: string }} stream
   */
  constructor(Media, stream) {
    this.#Media = Media;
    this.#type = stream.type;
    this.format = stream.format;
  }

  /** @param {HTMLAudioElement} audio */
  attach(audio) {
    this.#audio = audio;
    this.#media = new this.#Media();
    this.#opened = once(this.#media, 'sourceopen');
    this.#address = URL.createObjectURL(this.#media);
    // A ManagedMediaSource opens only on an element that cannot be sent to another device.
    audio.disableRemotePlayback = true;
    audio.src = this.#address;
  }

  /**
   * @param {Rendition} rendition
   * @param {Connection} connection
   */
  async feed(rendition, { open, signal, arrived, second = 0 }) {
    this.#from = second;
    const [sound] = await Promise.all([open(rendition.url, signal), this.#opened]);
    const media = /** @type {MediaSource} */ (this.#media);
    await this.begin(second);
    // The expected length, so that the progress bar has an end; the end of the stream corrects it.
    if (rendition.durationSeconds > 0) media.duration = rendition.durationSeconds;

    const reader = sound.getReader();
    const leave = () => reader.cancel().catch(() => {});
    signal.addEventListener('abort', leave);
    try {
      for (;;) {
        const { done, value } = await reader.read();
        signal.throwIfAborted();
        if (done) break;
        await this.lay(value);
        arrived();
      }
    } catch (cause) {
      // Frees the connection when it was not the connection that failed.
      leave();
      if (signal.aborted || cause instanceof PlayerError) throw cause;
      // The element plays on to the end of what it has, instead of waiting for the rest.
      if (this.laid > 0) this.end();
      throw new PlayerError('interrupted', 'It broke off.', { cause });
    } finally {
      signal.removeEventListener('abort', leave);
    }
    this.end();
  }

  /** How much sound there is from the start without a gap, in seconds. */
  get laid() {
    try {
      const ranges = this.#buffer?.buffered;
      return ranges && ranges.length > 0 && ranges.start(0) < this.#from + GAP ? ranges.end(0) : 0;
    } catch {
      // The element is another's by now.
      return 0;
    }
  }

  /**
   * What is laid from here on is a stream of its own, and is heard from a moment on.
   *
   * @param {number} second
   */
  async begin(second) {
    await this.#opened;
    const media = this.#media;
    if (!media) return;
    this.#buffer ??= media.addSourceBuffer(this.#type);
    await this.#still();
    // Also ends what was under way. The end of the sound before may be a hair off what was said of it.
    if (media.readyState === 'open') this.#buffer.abort();
    const { laid } = this;
    this.#buffer.timestampOffset = laid < second && laid > second - GAP ? laid : second;
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  async lay(bytes) {
    if (this.#media && this.#buffer) await append(this.#buffer, bytes);
  }

  /**
   * Forgets what lies after a moment.
   *
   * @param {number} second
   */
  async cut(second) {
    const [media, buffer] = [this.#media, this.#buffer];
    if (!media || !buffer || this.laid <= second) return;
    await this.#still();
    const cut = once(buffer, 'updateend');
    buffer.remove(second, Infinity);
    await cut;
  }

  /** There is no more, as far as is known. */
  end() {
    if (this.#media?.readyState === 'open' && !this.#buffer?.updating) this.#media.endOfStream();
  }

  async #still() {
    while (this.#buffer?.updating) await once(this.#buffer, 'updateend');
  }

  close() {
    if (this.#audio) empty(this.#audio);
    URL.revokeObjectURL(this.#address);
    this.#audio = null;
    this.#media = this.#buffer = null;
  }
}

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
   * @param {Gateway} order.gateway
   * @param {AbortSignal} order.signal
   * @param {(event: PlayerEvent) => void} order.report
   */
  async load({ speech, written = whole(speech.text), gateway, signal, report }) {
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
        const index = Math.max(0, captionAt(this.#parts, this.#wanted));
        const rendition = await this.#goTo(index, this.#wanted);
        const { duration } = this.measure();
        report({ type: 'answered', rendition: { ...rendition, durationSeconds: duration, complete: false, continuesAt: more } });
        this.#lay();
        if (!this.#whole) this.#followOn(speech, written, gateway, signal);
        return;
      }
      if (this.#whole) throw new PlayerError('nothing_to_say', 'There is nothing in this reply to read aloud.');
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
    const bytes = new TextEncoder().encode(text);
    this.#keep(text);
    const from = this.#parts.at(-1)?.source[1] ?? 0;
    const fresh = new TextDecoder().decode(bytes.subarray(from));
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

  #known = '';
  #version = 0;

  /**
   * @param {Speech} speech
   * @param {Written} written
   * @param {Gateway} gateway
   * @param {AbortSignal} signal
   */
  async #followOn(speech, written, gateway, signal) {
    try {
      while (!this.#whole) {
        await written.changed(signal, this.#version);
        await this.#learn(speech, written, gateway, signal);
        this.#came();
      }
    } catch (error) {
      this.#broken = error;
    }
    this.#came();
  }

  /** @type {unknown} */
  #broken = null;

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

/**
 * @param {SourceBuffer} buffer
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
async function append(buffer, bytes) {
  const done = once(buffer, 'updateend');
  let refused = false;
  const onError = () => (refused = true);
  buffer.addEventListener('error', onError, { once: true });
  try {
    buffer.appendBuffer(bytes);
    await done;
  } catch {
    refused = true;
  } finally {
    buffer.removeEventListener('error', onError);
  }
  if (refused) throw new PlayerError('unplayable', 'The browser cannot play this sound.');
}

/**
 * @param {EventTarget} target
 * @param {string} type
 * @returns {Promise<Event>}
 */
function once(target, type) {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}

/** @param {HTMLAudioElement} audio */
function empty(audio) {
  audio.removeAttribute('src');
  audio.load();
}
