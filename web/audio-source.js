// How sound gets from the gateway into the one <audio> element. Which way is open depends on the
// engine and is found out at run time; the rest of the player sees one interface.

import { PlayerError } from './gateway.js';
import { PartsSource, empty } from './parts-source.js';

/** @typedef {import('./player-store.js').Rendition} Rendition */

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
/** How near to its end an element stands that waits there, in seconds. */
const HAIR = 0.05;
/** An element's `readyState` from which on it can play on. */
export const HAVE_FUTURE_DATA = 3;

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
  /** Where it waits for a stream that begins. @type {number | null} */
  #awaited = null;

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
      throw new PlayerError('interrupted', '', { cause });
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
    if (!this.#buffer) {
      this.#buffer = media.addSourceBuffer(this.#type);
      this.#from = second;
    }
    await this.#still();
    // Also ends what was under way. The end of the sound before may be a hair off what was said of it.
    if (media.readyState === 'open') this.#buffer.abort();
    const { laid } = this;
    this.#buffer.timestampOffset = laid < second && laid > second - GAP ? laid : second;
    const audio = this.#audio;
    const waits = audio && audio.readyState < HAVE_FUTURE_DATA && laid > 0 && audio.currentTime > laid - HAIR;
    this.#awaited = waits ? Math.max(laid, second) : null;
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  async lay(bytes) {
    if (!this.#media || !this.#buffer) return;
    await append(this.#buffer, bytes);
    // Where it waits for a new stream, WebKit goes on as if it had not, and the beginning is lost, unless it is sent there.
    if (this.#awaited === null || !this.#audio || this.laid <= this.#awaited + GAP) return;
    this.#audio.currentTime = this.#awaited;
    this.#awaited = null;
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
  if (refused) throw new PlayerError('unplayable');
}

/**
 * @param {EventTarget} target
 * @param {string} type
 * @returns {Promise<Event>}
 */
function once(target, type) {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}
