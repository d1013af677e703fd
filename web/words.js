// Every other word that the player shows or says.

import { ENGLISH } from './strings.js';

/** @typedef {import('./player-store.js').Failure} Failure */

/** What is told once something has been pressed. */
export const MORE = {
  /** All that is written has been heard. */
  waiting: 'Waiting for the rest of the reply.',
  stop: 'Stop',
  position: 'Position',
  speed: 'Speed',
  back: 'Previous sentence',
  forward: 'Next sentence',
  rewind: 'Ten seconds back',
  skip: 'Ten seconds on',
  more: 'More',
  volume: 'Volume',
  mute: 'Mute',
  voice: 'Voice',
  usualVoice: 'Usual voice',
  anyLanguage: 'Any language',
  sample: 'Hear a sample',
  /** What a voice says of itself. */
  sampleText: 'This is how I read your replies.',
  backToText: 'Back to what is read',
  words: 'Mark the words',
  bar: 'Caption bar',
  taps: 'Tap a word to go there',
  continuous: 'Read new replies',
  cut: 'New replies interrupt',
  /** This reply, and then those after it. */
  onward: 'Read from here on',
  sleep: 'Sleep timer',
  download: 'Download',
  help: 'Keyboard shortcuts',
  keys: 'Use these keys',
  close: 'Close',
  browserVoice: 'Read by the browser’s own voice.',
  readyAgain: 'You can try again now.',
  /** What each shortcut does, where no button says it. */
  shortcuts: {
    toggle: 'Listen or pause',
    slower: 'Slower',
    faster: 'Faster',
    captions: 'Caption bar on or off',
    help: 'This help',
  },
  /** What else can be done, by the name of the key. */
  gestures: Object.freeze(
    /** @type {Record<string, string>} */ ({
      'Alt + click': 'On a word: listen from there',
      'Shift + click': 'On “Listen”: hear it next',
      '← →': 'five seconds back or on',
    }),
  ),
  /** @param {string} what  can be done while the keyboard is in the controls */
  inPlayer: (what) => `In the player: ${what}`,
  controls: 'Listening controls',
  /** @param {string} position @param {string} duration */
  progress: (position, duration) => `${position} of ${duration}`,
  /** @param {number} seconds */
  waitFor: (seconds) => (seconds === 1 ? 'Try again in a second.' : `Try again in ${seconds} seconds.`),
  errors: Object.freeze(
    /** @type {Record<string, string>} */ ({
      tts_disabled: 'Listening is switched off at the moment.',
      nothing_to_say: 'There is nothing to read here.',
      text_too_long: 'This reply is too long to be read aloud.',
      rate_limited: 'That was a lot at once.',
      quota_exceeded: 'Your listening time is used up for now.',
      trial_exhausted: 'The free listening time is used up. Sign in to listen to more.',
      overloaded: 'Many people are listening right now.',
      providers_exhausted: 'No voice is available at the moment. Try again in a little while.',
      language_unsupported: 'There is no voice for this language yet.',
      unauthorized: 'Please sign in to listen.',
      forbidden: 'You may not listen to this reply.',
      offline: 'You are offline. The reply can be heard when the connection is back.',
      unreachable: 'The speech server cannot be reached. Check your connection, then try again.',
      not_found: 'This sound is not there any more. Try again.',
      interrupted: 'The sound broke off. Try again to go on from there.',
      silent: 'The sound did not arrive.',
      unplayable: 'This browser cannot play the sound.',
      no_browser_voice: 'This browser has no voice of its own.',
      no_token: 'The page could not say who listens. Try again, or sign in anew.',
    }),
  ),
  somethingWrong: 'This reply cannot be read aloud.',
};

/** @typedef {Readonly<typeof MORE & Record<'listen' | 'pause' | 'resume' | 'again' | 'goOn' | 'retry' | 'tapToHear', string>>} Strings */

Object.assign(ENGLISH, MORE);

/**
 * A failure in plain words, with what can be done next where that is known.
 *
 * @param {Failure} failure
 * @param {Strings} strings
 * @param {number | null} [wait]  seconds that are left of the wait that it asks for
 */
export function explain(failure, strings, wait = failure.retryAfterSeconds) {
  const what = strings.errors[failure.code] ?? (failure.message || strings.somethingWrong);
  if (wait === null) return what;
  return `${what} ${wait > 0 ? strings.waitFor(Math.ceil(wait)) : strings.readyAgain}`;
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
