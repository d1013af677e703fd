// Every word the player shows or says. A page can replace any of them.

/** @typedef {import('./player-store.js').Failure} Failure */

export const ENGLISH = Object.freeze({
  listen: 'Listen',
  pause: 'Pause',
  resume: 'Resume',
  again: 'Listen again',
  retry: 'Try again',
  tapToHear: 'Tap to hear',
  stop: 'Stop',
  position: 'Position',
  speed: 'Speed',
  controls: 'Listening controls',
  /** @param {string} position @param {string} duration */
  progress: (position, duration) => `${position} of ${duration}`,
  /** @param {number} seconds */
  waitFor: (seconds) => (seconds === 1 ? 'Try again in a second.' : `Try again in ${seconds} seconds.`),
  errors: Object.freeze(
    /** @type {Record<string, string>} */ ({
      tts_disabled: 'Listening is switched off at the moment.',
      text_too_long: 'This reply is too long to be read aloud.',
      rate_limited: 'That was a lot at once.',
      quota_exceeded: 'Your listening time is used up for now.',
      trial_exhausted: 'The free listening time is used up.',
      overloaded: 'Many people are listening right now.',
      providers_exhausted: 'No voice is available at the moment.',
      language_unsupported: 'There is no voice for this language yet.',
      unauthorized: 'Please sign in to listen.',
      forbidden: 'You may not listen to this reply.',
      unreachable: 'The speech server cannot be reached.',
      interrupted: 'The sound broke off.',
      silent: 'The sound did not arrive.',
      unplayable: 'This browser cannot play the sound.',
    }),
  ),
  somethingWrong: 'This reply cannot be read aloud.',
});

/** @typedef {typeof ENGLISH} Strings */

/**
 * A failure in plain words, with what can be done next where that is known.
 *
 * @param {Failure} failure
 * @param {Strings} strings
 */
export function explain(failure, strings) {
  const what = strings.errors[failure.code] ?? (failure.message || strings.somethingWrong);
  const wait = failure.retryAfterSeconds === null ? '' : ` ${strings.waitFor(Math.ceil(failure.retryAfterSeconds))}`;
  return what + wait;
}

/**
 * @param {number} seconds
 * @returns {string}  `0:07`, `12:34`, `1:02:03`
 */
export function formatTime(seconds) {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  const hours = Math.floor(whole / 3600);
  if (hours > 0) parts.unshift(hours);
  return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}
