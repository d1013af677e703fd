// Listening figures, for a page or a gateway that wants them: what was begun, how much of it was heard, and where it was
// left. Nothing of the text, and nothing that tells who listened.

/** @typedef {import('./player-store.js').PlayerState} PlayerState */

/**
 * - `started`: sound is heard.
 * - `quarter`: one of the reply's quarters has been heard, whatever was skipped to get there.
 * - `finished`: it was heard to its end.
 * - `stopped`: it was left before: for another reply, by "Stop", by a failure, or with the page.
 *
 * @typedef {object} Figure
 * @property {'started' | 'quarter' | 'finished' | 'stopped'} what
 * @property {number} listening  tells one listening from the next, on this page
 * @property {1 | 2 | 3 | 4 | null} quarter  which one, of a `quarter`
 * @property {number} position  where that was, in seconds of the reply
 * @property {number} duration  seconds; while a reply is written, as much as there is of it
 * @property {number} heard  seconds of it that were heard, each counted once
 * @property {number} speed
 * @property {'gateway' | 'browser'} by  who spoke
 * @property {string | null} provider
 * @property {string | null} voice
 * @property {string | null} room  the player's `conversation`
 * @property {string | null} failure  the code of what ended it
 */

const QUARTERS = /** @type {const} */ ([1, 2, 3, 4]);
/** How much of a quarter counts as all of it: its ends are known to a fraction of a second. */
const ENOUGH = 0.9;
/** The longest between two looks at a sound that goes on, in seconds of it at speed 1: hidden pages look once a second. */
const LONGEST_LOOK = 2;

/** One listening. */
class Listened {
  /** What was heard, in order and apart. @type {[number, number][]} */
  stretches = [];
  /** Quarters that were told. @type {Set<number>} */
  told = new Set();

  /** @param {number} number */
  constructor(number) {
    this.number = number;
  }

  /** @param {number} from @param {number} to  seconds */
  hear(from, to) {
    let [start, end] = [from, to];
    /** @type {[number, number][]} */
    const apart = [];
    for (const [a, b] of this.stretches) {
      if (b < start || a > end) apart.push([a, b]);
      else [start, end] = [Math.min(start, a), Math.max(end, b)];
    }
    this.stretches = [...apart, /** @type {[number, number]} */ ([start, end])].sort(([a], [b]) => a - b);
  }

  /** How much was heard between two moments, in seconds. @param {number} from @param {number} to */
  between(from, to) {
    return this.stretches.reduce((sum, [a, b]) => sum + Math.max(0, Math.min(b, to) - Math.max(a, from)), 0);
  }
}

export class Figures {
  #tell;
  #room;
  #count = 0;
  /** @type {Listened | null} */
  #present = null;

  /**
   * @param {(figure: Figure) => void} tell
   * @param {() => string | null} room
   */
  constructor(tell, room) {
    this.#tell = tell;
    this.#room = room;
  }

  /**
   * @param {Readonly<PlayerState>} state
   * @param {Readonly<PlayerState>} before
   */
  see(state, before) {
    const isOther = !Object.is(state.message, before.message) || (state.firstSoundMs === null && before.firstSoundMs !== null);
    if (isOther) this.leave(before);
    if (state.status === 'playing' && !this.#present) {
      this.#count += 1;
      this.#present = new Listened(this.#count);
      this.#say('started', state);
    }
    const present = this.#present;
    if (!present || isOther) return;
    const step = state.position - before.position;
    // A jump is not heard. The last step comes with the end, before which an engine may wait for more.
    if ((before.status === 'playing' || state.status === 'ended') && step > 0 && step < LONGEST_LOOK * state.speed) present.hear(before.position, state.position);
    this.#tellQuarters(present, state);
    if (state.status === 'ended') {
      this.#present = null;
      this.#say('finished', state, present);
    } else if (state.status === 'failed') this.leave(state);
  }

  /** What is heard is left where it is. @param {Readonly<PlayerState>} state */
  leave(state) {
    const present = this.#present;
    this.#present = null;
    if (present) this.#say('stopped', state, present);
  }

  /** @param {Listened} present @param {Readonly<PlayerState>} state */
  #tellQuarters(present, state) {
    const { duration, open } = state;
    // Of what is still being written nobody knows the quarters.
    if (open || duration <= 0) return;
    for (const quarter of QUARTERS) {
      if (present.told.has(quarter) || present.between(((quarter - 1) * duration) / 4, (quarter * duration) / 4) < (ENOUGH * duration) / 4) continue;
      present.told.add(quarter);
      this.#say('quarter', state, present, quarter);
    }
  }

  /**
   * @param {Figure['what']} what
   * @param {Readonly<PlayerState>} state
   * @param {Listened | null} [present]
   * @param {Figure['quarter']} [quarter]
   */
  #say(what, { position, duration, speed, by, rendition, failure }, present = this.#present, quarter = null) {
    this.#tell({
      what,
      listening: present?.number ?? 0,
      quarter,
      position,
      duration,
      heard: present?.between(0, Infinity) ?? 0,
      speed,
      by,
      provider: rendition?.provider || null,
      voice: rendition?.voice || null,
      room: this.#room(),
      failure: what === 'stopped' ? (failure?.code ?? null) : null,
    });
  }
}
