// Every other word that the player shows or says: their order in words-….js, and how they are put together.

/** @typedef {import('./player-store.js').Failure} Failure */

/**
 * Whatever the player shows or says. A page can replace any of it.
 *
 * @typedef {object} Words
 * @property {string} listen
 * @property {string} pause
 * @property {string} resume
 * @property {string} again
 * @property {string} goOn  a reply that was too long for once has a rest
 * @property {string} retry
 * @property {string} tapToHear
 * @property {Readonly<Record<string, string>>} errors  by code; `lang` is the language, absent where the page has its own
 * @property {string} waiting  all that is written has been heard
 * @property {string} stop
 * @property {string} position
 * @property {string} speed
 * @property {string} back
 * @property {string} forward
 * @property {string} rewind
 * @property {string} skip
 * @property {string} more
 * @property {string} volume
 * @property {string} mute
 * @property {string} voice
 * @property {string} usualVoice
 * @property {string} anyLanguage
 * @property {string} sample
 * @property {Readonly<Record<'female' | 'male' | 'experimental', string>>} kinds  of voices
 * @property {string} backToText
 * @property {string} words
 * @property {string} bar
 * @property {string} taps
 * @property {string} continuous
 * @property {string} cut
 * @property {string} onward  this reply, and then those after it
 * @property {string} sleep
 * @property {string} download
 * @property {string} help
 * @property {string} keys
 * @property {string} close
 * @property {string} browserVoice
 * @property {string} readyAgain
 * @property {Readonly<Record<'toggle' | 'slower' | 'faster' | 'captions' | 'help', string>>} shortcuts  where no button says it
 * @property {Readonly<Record<string, string>>} gestures  what else can be done, by the name of the key
 * @property {(what: string) => string} inPlayer  it can be done while the keyboard is in the controls
 * @property {string} controls
 * @property {(position: string, duration: string) => string} progress
 * @property {(wait: string) => string} waitFor  the wait as the language has it, such as “in 5 hours”
 * @property {string} somethingWrong
 * @property {string} [lang]  the language of these words
 */
/** @typedef {Readonly<Words>} Strings */

/** What stands in each line of words-….js; a word of a group after its name. */
export const ORDER =
  'errors.tts_disabled,errors.nothing_to_say,errors.text_too_long,errors.rate_limited,errors.quota_exceeded,errors.trial_exhausted,errors.overloaded,errors.providers_exhausted,errors.language_unsupported,errors.unauthorized,errors.forbidden,errors.offline,errors.not_found,errors.interrupted,errors.silent,errors.unplayable,errors.no_browser_voice,errors.no_token,waiting,stop,position,speed,back,forward,rewind,skip,more,volume,mute,voice,usualVoice,anyLanguage,sample,kinds.female,kinds.male,kinds.experimental,backToText,words,bar,taps,continuous,cut,onward,sleep,download,help,keys,close,browserVoice,readyAgain,shortcuts.toggle,shortcuts.slower,shortcuts.faster,shortcuts.captions,shortcuts.help,gestures.Alt + click,gestures.Shift + click,gestures.← →,inPlayer,controls,progress,waitFor,somethingWrong';

/** What the gateway says of these in words for a listener, English ones. */
const COUNTED = ['quota_exceeded', 'trial_exhausted'];
/** From how many seconds on a wait is told in minutes, and in hours. */
const UNITS = /** @type {const} */ ([['hour', 3600, 5400], ['minute', 60, 100], ['second', 1, 0]]);

/**
 * A failure in plain words, with what can be done next where that is known.
 *
 * @param {Failure} failure
 * @param {Strings} strings
 * @param {number | null} [wait]  seconds that are left of the wait that it asks for
 */
export function explain(failure, strings, wait = failure.retryAfterSeconds) {
  const what = (COUNTED.includes(failure.code) && counted(failure, strings)) || (strings.errors[failure.code] ?? (failure.message || strings.somethingWrong));
  if (wait === null) return what;
  return `${what} ${wait > 0 ? strings.waitFor(inWords(wait, strings.lang)) : strings.readyAgain}`;
}

/**
 * Whose time is used up, as the gateway says it. What goes on with a wait says when that is over, in the time of
 * nobody here. In other languages it is said what is true of all.
 *
 * @param {Failure} failure
 * @param {Strings} strings
 */
function counted({ words, retryAfterSeconds }, { errors }) {
  if (!words) return null;
  if (errors['lang'] === 'en') return words.replace(/\. .*/, '.');
  // Nothing is used up: the reply alone is longer than all that is allowed.
  return errors['lang'] && retryAfterSeconds === null ? errors['text_too_long'] : null;
}

/** @param {number} seconds @param {string} [lang] */
function inWords(seconds, lang) {
  const [unit, length] = UNITS.find(([, , from]) => seconds >= from) ?? UNITS[2];
  return new Intl.RelativeTimeFormat(lang).format(Math.ceil(seconds / length), unit);
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
