// How sound gets from the gateway into the one <audio> element. Which way is open depends on the
// engine and is found out at run time; the rest of the player sees one interface.

import { PlayerError } from './gateway.js';
import { PartsSource } from './parts-source.js';

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
 * @property {import('./parts-source.js').PartsSource['load']} [load]
 *   in place of `feed`, for a source that asks for its sound itself
 * @property {() => void} close  gives the element back, empty
 * @property {number} [offset]  where the element's time begins, in seconds of the whole
 * @property {(position: number) => Promise<unknown> | null} [seek]
 * @property {() => Promise<unknown> | null} [next]  what to go on with when the element has ended
 * @property {() => { duration: number, exact: boolean, buffered: number }} [measure]
 */

/**
 * @typedef {object} Connection
 * @property {(url: string, signal: AbortSignal) => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>} open
 * @property {AbortSignal} signal  aborted when the listener leaves
 * @property {() => void} arrived  called for every piece of sound
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
  async feed(rendition, { open, signal, arrived }) {
    const [sound] = await Promise.all([open(rendition.url, signal), this.#opened]);
    const media = /** @type {MediaSource} */ (this.#media);
    const buffer = media.addSourceBuffer(this.#type);
    // The expected length, so that the progress bar has an end; the end of the stream corrects it.
    if (rendition.durationSeconds > 0) media.duration = rendition.durationSeconds;

    const reader = sound.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        await append(buffer, value);
        arrived();
      }
    } catch (cause) {
      // Frees the connection when it was not the connection that failed.
      reader.cancel().catch(() => {});
      if (signal.aborted || cause instanceof PlayerError) throw cause;
      // The element plays on to the end of what it has, instead of waiting for the rest.
      if (buffer.buffered.length > 0) media.endOfStream();
      throw new PlayerError('interrupted', 'The connection broke off.', { cause });
    }
    if (media.readyState === 'open') media.endOfStream();
  }

  close() {
    if (this.#audio) empty(this.#audio);
    URL.revokeObjectURL(this.#address);
    this.#audio = null;
    this.#media = null;
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
  } catch (cause) {
    throw new PlayerError('unplayable', 'The browser could not take the sound.', { cause });
  } finally {
    buffer.removeEventListener('error', onError);
  }
  if (refused) throw new PlayerError('unplayable', 'The browser could not read the sound.');
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
