// What the speaker buttons say, in English. All other words are in words-….js; a page can replace any of them.

/** @typedef {import('./words.js').Strings} Strings */

/** The words of the button, until the others have been loaded. */
const BUTTON = {
  listen: 'Listen',
  pause: 'Pause',
  resume: 'Resume',
  again: 'Listen again',
  /** A reply that was too long for once has a rest. */
  goOn: 'Hear the rest',
  retry: 'Try again',
  tapToHear: 'Tap to hear',
  /** Where the others could not be loaded. */
  errors: { unreachable: 'The speech server cannot be reached. Check your connection, then try again.' },
};

export const ENGLISH = /** @type {Strings} */ (/** @type {unknown} */ (BUTTON));
