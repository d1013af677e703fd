// Sound that stands still though there is more of it, and what gets it going again. WebKit's stands so where one stream
// ends and the next begins, and now and then after a pause or a jump, when what plays it hangs.

import { Alarm } from './clock.js';

/** How often sound is looked at. */
const LOOK_EVERY_MS = 500;
/** How long it may stand still. */
const PATIENCE_MS = 1500;
/** How much of it has to be there, in seconds: the last hair of a stream may never be played. */
const AHEAD_SECONDS = 0.1;
/** How far it has to get before it counts as going again, in seconds. */
const GOING_SECONDS = 1;
/** An element's `readyState` from which on it can play on. */
const HAVE_FUTURE_DATA = 3;

export class Standstill {
  #audio;
  #place;
  #remedies;
  #clock;
  #alarm;
  /** Where the sound was seen last, and since when. */
  #at = -1;
  #since = 0;
  /** Where it stood first, and what has been tried since. */
  #stood = -1;
  #tries = 0;

  /**
   * @param {object} surroundings
   * @param {HTMLAudioElement} surroundings.audio
   * @param {() => number} surroundings.place  how far the sound has got, in seconds of the whole
   * @param {(() => void)[]} surroundings.remedies  tried one after the other until one helps; the last again and again
   * @param {import('./clock.js').Clock} surroundings.clock
   */
  constructor({ audio, place, remedies, clock }) {
    this.#audio = audio;
    this.#place = place;
    this.#remedies = remedies;
    this.#clock = clock;
    this.#alarm = new Alarm(clock);
  }

  /** Looks every now and then, for as long as sound is wanted. @param {boolean} wanted */
  watch(wanted) {
    if (!wanted) this.#alarm.off();
    else
      this.#alarm.set(LOOK_EVERY_MS, () => {
        this.watch(true);
        this.#look();
      });
  }

  #look() {
    const place = this.#place();
    const now = this.#clock.now();
    if (place !== this.#at || !this.#couldPlay()) {
      if (Math.abs(place - this.#stood) > GOING_SECONDS) this.#tries = 0;
      this.#at = place;
      this.#since = now;
    } else if (now - this.#since >= PATIENCE_MS) {
      if (this.#tries === 0) this.#stood = place;
      this.#since = now;
      const remedy = this.#remedies[Math.min(this.#tries, this.#remedies.length - 1)];
      this.#tries += 1;
      remedy?.();
    }
  }

  #couldPlay() {
    const { buffered, currentTime, paused, readyState } = this.#audio;
    const isAhead = buffered.length > 0 && buffered.end(buffered.length - 1) > currentTime + AHEAD_SECONDS;
    return !paused && readyState >= HAVE_FUTURE_DATA && isAhead;
  }
}
