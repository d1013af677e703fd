// What the player knows, and how it changes. No DOM, no clock, no network: every fact comes in as
// an event, so the whole life of a listening can be written down and tested as a list.

/** The slowest and the fastest speed a listener can choose; 1 is the voice's own. */
export const SPEEDS = Object.freeze({ min: 0.5, max: 3 });

/**
 * - `idle`: nothing is being heard.
 * - `loading`: sound is wanted and there is none yet, at the start or because it ran out.
 * - `waiting`: all that is written has been heard, and the reply is still being written.
 * - `playing`, `paused`, `ended`: as the words say.
 * - `blocked`: the browser refused to start without a tap; one tap starts it.
 * - `failed`: `failure` says why; it can be tried again.
 *
 * @typedef {'idle' | 'loading' | 'waiting' | 'playing' | 'paused' | 'blocked' | 'ended' | 'failed'} Status
 */

/**
 * The gateway's answer to a request for speech, in its own field names.
 *
 * @typedef {object} Rendition
 * @property {string} key
 * @property {string} url  where the sound is, absolute
 * @property {string | null} captionsUrl  the captions as JSON, once the sound is complete
 * @property {string | null} liveCaptionsUrl  the captions as lines that follow the sound while it is made
 * @property {string} format
 * @property {string} provider
 * @property {string} voice
 * @property {boolean} cached
 * @property {boolean} complete
 * @property {number} durationSeconds  an estimate until `complete`
 * @property {number | null} [continuesAt]  the byte of the reply that the next press goes on from, where this is not all
 */

/**
 * @typedef {object} Failure
 * @property {string} code  the gateway's error code, or one of the player's own (`unreachable`, `offline`, `interrupted`, `silent`, `unplayable`, `no_browser_voice`)
 * @property {string} message  what the gateway said about it
 * @property {number | null} retryAfterSeconds
 * @property {string} [words]  what the gateway says of it to a listener, in English
 */

/**
 * One spoken piece of the reply. `source` is its byte range in the reply as it was sent; who speaks it is known
 * of sentences, and not of words.
 *
 * @typedef {{ text: string, start: number, end: number, source: [number, number], provider?: string, voice?: string }} Caption
 */

/**
 * @typedef {object} Captions
 * @property {readonly Caption[]} utterances  in order of `start`
 * @property {readonly Caption[]} words  in order of `start`
 */

/**
 * @typedef {object} PlayerState
 * @property {Status} status
 * @property {unknown} message  which message is being heard, as the caller names it; null when idle
 * @property {number} position  seconds
 * @property {number} duration  seconds; 0 while nothing is known
 * @property {boolean} durationExact  false while `duration` is an estimate
 * @property {boolean} open  whether the reply is still being written, so that nobody knows its length
 * @property {number} buffered  seconds of sound that have arrived, from the start
 * @property {number} speed
 * @property {Rendition | null} rendition
 * @property {number | null} firstSoundMs  from the request to the first sound
 * @property {Failure | null} failure
 * @property {'gateway' | 'browser'} by  who speaks: the gateway, or the browser's own voice
 * @property {Failure | null} instead  why the browser speaks though the gateway was asked
 * @property {Captions} captions
 */

/**
 * @typedef {{ type: 'asked', message: unknown, position: number, by?: 'gateway' | 'browser', instead?: Failure | null }
 *   | { type: 'jumped', position: number, captions: Captions }
 *   | { type: 'answered', rendition: Rendition, growing?: boolean }
 *   | { type: 'sounding', afterMs: number }
 *   | { type: 'starved' }
 *   | { type: 'awaited', writer: boolean }
 *   | { type: 'resumed', here?: boolean }
 *   | { type: 'paused' }
 *   | { type: 'refused' }
 *   | { type: 'moved', position: number }
 *   | { type: 'arrived', buffered: number }
 *   | { type: 'measured', duration: number, exact: boolean, open?: boolean }
 *   | { type: 'captioned', utterances: Caption[], words: Caption[], anew?: boolean, by?: { provider: string, voice: string } }
 *   | { type: 'finished' }
 *   | { type: 'failed', failure: Failure }
 *   | { type: 'stopped' }
 *   | { type: 'speed', speed: number }} PlayerEvent
 */

/** @type {Captions} */
export const NO_CAPTIONS = Object.freeze({ utterances: Object.freeze([]), words: Object.freeze([]) });

/** @type {Readonly<PlayerState>} */
export const INITIAL = Object.freeze({
  status: 'idle',
  message: null,
  position: 0,
  duration: 0,
  durationExact: false,
  open: false,
  buffered: 0,
  speed: 1,
  rendition: null,
  firstSoundMs: null,
  failure: null,
  by: 'gateway',
  instead: null,
  captions: NO_CAPTIONS,
});

/**
 * The next state. An event that makes no sense in the present state changes nothing, so that a
 * late report from an element or a connection can never undo what the listener did meanwhile.
 *
 * @param {Readonly<PlayerState>} state
 * @param {PlayerEvent} event
 * @returns {Readonly<PlayerState>}
 */
export function reduce(state, event) {
  switch (event.type) {
    case 'asked':
      return {
        ...INITIAL,
        speed: state.speed,
        status: 'loading',
        message: event.message,
        position: event.position,
        by: event.by ?? 'gateway',
        instead: event.instead ?? null,
      };
    case 'jumped':
      return { ...state, status: 'loading', position: event.position, buffered: 0, failure: null, captions: event.captions };
    case 'answered':
      if (event.growing) {
        const { provider = '', voice = '' } = state.rendition ?? {};
        return { ...state, rendition: { ...event.rendition, provider, voice }, duration: Math.max(state.duration, event.rendition.durationSeconds), durationExact: false, open: true };
      }
      return {
        ...state,
        rendition: event.rendition,
        duration: event.rendition.durationSeconds,
        durationExact: event.rendition.complete,
      };
    case 'awaited':
      if (!['loading', 'waiting'].includes(state.status) || (state.status === 'waiting') === event.writer) return state;
      return { ...state, status: event.writer ? 'waiting' : 'loading' };
    case 'sounding':
      if (state.status !== 'loading' && state.status !== 'waiting') return state;
      return { ...state, status: 'playing', firstSoundMs: state.firstSoundMs ?? event.afterMs };
    case 'starved':
      return state.status === 'playing' ? { ...state, status: 'loading' } : state;
    case 'resumed':
      if (!['paused', 'blocked', 'ended'].includes(state.status)) return state;
      return { ...state, status: 'loading', position: state.status === 'ended' && !event.here ? 0 : state.position };
    case 'paused':
      return isActive(state) ? { ...state, status: 'paused' } : state;
    case 'refused':
      return isActive(state) ? { ...state, status: 'blocked' } : state;
    case 'moved':
      return same(state.position, event.position) ? state : { ...state, position: event.position };
    case 'arrived':
      return same(state.buffered, event.buffered) ? state : { ...state, buffered: event.buffered };
    case 'measured':
      if (same(state.duration, event.duration) && state.durationExact === event.exact && state.open === (event.open ?? false)) return state;
      return { ...state, duration: event.duration, durationExact: event.exact, open: event.open ?? false };
    case 'captioned':
      return {
        ...state,
        rendition: state.rendition && event.by ? { ...state.rendition, ...event.by } : state.rendition,
        captions: {
          utterances: event.anew ? event.utterances : [...state.captions.utterances, ...event.utterances],
          words: event.anew ? event.words : [...state.captions.words, ...event.words],
        },
      };
    case 'finished':
      return isActive(state) ? { ...state, status: 'ended', position: state.duration } : state;
    case 'failed':
      return state.status === 'idle' ? state : { ...state, status: 'failed', failure: event.failure };
    case 'stopped':
      return { ...INITIAL, speed: state.speed };
    case 'speed':
      return { ...state, speed: clampSpeed(event.speed) };
  }
}

/** Holds the state and tells the listeners when it has changed. */
export class PlayerStore {
  /** @type {Readonly<PlayerState>} */
  #state = INITIAL;
  /** @type {Set<(state: Readonly<PlayerState>, before: Readonly<PlayerState>) => void>} */
  #listeners = new Set();

  get state() {
    return this.#state;
  }

  /** @param {PlayerEvent} event */
  dispatch(event) {
    const before = this.#state;
    const next = reduce(before, event);
    if (next === before) return;
    this.#state = next;
    for (const listener of [...this.#listeners]) listener(next, before);
  }

  /**
   * @param {(state: Readonly<PlayerState>, before: Readonly<PlayerState>) => void} listener
   * @returns {() => void} ends the subscription
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/**
 * Whether sound is being heard or waited for.
 *
 * @param {Readonly<Pick<PlayerState, 'status'>>} state
 */
export function isActive(state) {
  return state.status === 'loading' || state.status === 'waiting' || state.status === 'playing';
}

/**
 * @param {number} speed  anything; what is no number becomes 1
 * @returns {number}  within `SPEEDS`
 */
export function clampSpeed(speed) {
  if (!Number.isFinite(speed)) return 1;
  return Math.min(SPEEDS.max, Math.max(SPEEDS.min, speed));
}

/**
 * @param {number} a
 * @param {number} b
 */
function same(a, b) {
  return Math.abs(a - b) < 0.001;
}
