// Sound that stands still though there is more of it, and what gets it going again. WebKit's stands so where one stream
// ends and the next begins, and now and then after a pause or a jump, when what plays it hangs.

import { HAVE_FUTURE_DATA } from './audio-source.js';
import { Alarm } from './clock.js';

/** How often sound is looked at. */
const LOOK_EVERY_MS = 500;
/** How long it may stand still. */
const PATIENCE_MS = 1500;
/** How much of it has to be there, in seconds: the last hair of a stream may never be played. */
const AHEAD_SECONDS = 0.1;
/** How far it has to get before it counts as going again, in seconds. */
const GOING_SECONDS = 1;

/**
 * @param {object} surroundings
 * @param {HTMLAudioElement} surroundings.audio
 * @param {() => number} surroundings.place  how far the sound has got, in seconds of the whole
 * @param {(() => void)[]} surroundings.remedies  tried one after the other until one helps; the last again and again
 * @param {import('./clock.js').Clock} surroundings.clock
 * @returns {(wanted: boolean) => void}  looks every now and then, for as long as sound is wanted
 */
export function standstill({ audio, place, remedies, clock }) {
  const alarm = new Alarm(clock);
  // Where the sound was seen last and since when; where it stood first, and what has been tried since.
  let [at, since, stood, tries] = [-1, 0, -1, 0];
  const look = () => {
    const [here, now] = [place(), clock.now()];
    const { buffered, currentTime, paused, readyState } = audio;
    const couldPlay = !paused && readyState >= HAVE_FUTURE_DATA && buffered.length > 0 && buffered.end(buffered.length - 1) > currentTime + AHEAD_SECONDS;
    if (here !== at || !couldPlay) {
      if (Math.abs(here - stood) > GOING_SECONDS) tries = 0;
      at = here;
      since = now;
    } else if (now - since >= PATIENCE_MS) {
      if (tries === 0) stood = here;
      since = now;
      remedies[Math.min(tries++, remedies.length - 1)]?.();
    }
  };
  const watch = (/** @type {boolean} */ wanted) => {
    alarm.off();
    if (wanted)
      alarm.set(LOOK_EVERY_MS, () => {
        watch(true);
        look();
      });
  };
  return watch;
}
