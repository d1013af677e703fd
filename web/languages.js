// The player's words in further languages, by the page's `lang`.

/** @typedef {import('./words.js').Strings} Strings */

/** @type {Record<string, () => Promise<{ WORDS: string }>>} */
const LANGUAGES = {
  ar: () => import('./words-ar.js'),
  de: () => import('./words-de.js'),
  es: () => import('./words-es.js'),
  fr: () => import('./words-fr.js'),
  it: () => import('./words-it.js'),
  ja: () => import('./words-ja.js'),
  nl: () => import('./words-nl.js'),
  pl: () => import('./words-pl.js'),
  pt: () => import('./words-pt.js'),
  zh: () => import('./words-zh.js'),
};

/** What each line says. Those after a colon belong together under its name. */
const ORDER = `listen pause resume again goOn retry tapToHear waiting stop position speed back forward rewind skip more volume mute voice
usualVoice anyLanguage sample sampleText backToText words bar continuous download help keys close browserVoice readyAgain
shortcuts:toggle shortcuts:slower shortcuts:faster shortcuts:captions shortcuts:help
gestures:Alt_+_click gestures:Space gestures:←_→ gestures:M gestures:Esc controls progress waitFor
errors:tts_disabled errors:nothing_to_say errors:text_too_long errors:rate_limited errors:quota_exceeded errors:trial_exhausted
errors:overloaded errors:providers_exhausted errors:language_unsupported errors:unauthorized errors:forbidden errors:offline
errors:unreachable errors:link_expired errors:not_found errors:interrupted errors:silent errors:unplayable errors:no_browser_voice
errors:no_token somethingWrong`.split(/\s+/);

/** What the player has words in, English aside. */
export const CODES = Object.freeze(Object.keys(LANGUAGES));

/**
 * @param {string} tag  BCP 47, such as `de-AT`
 * @returns {Promise<Strings | null>}  null where there are none
 */
export async function wordsIn(tag) {
  const lines = (await LANGUAGES[tag.toLowerCase().split('-')[0] ?? '']?.())?.WORDS.split('\n');
  return lines ? arrange(lines) : null;
}

/** @param {readonly string[]} lines @returns {Strings} */
function arrange(lines) {
  /** @type {Record<string, any>} */
  const strings = {};
  for (const [index, name] of ORDER.entries()) {
    const [group = '', key] = name.split(':');
    const line = lines[index] ?? '';
    const value = line.includes('{0}') ? (/** @type {unknown[]} */ ...given) => line.replace(/\{(\d)\}/g, (_, which) => String(given[Number(which)])) : line;
    if (key === undefined) strings[group] = value;
    // Codes have their own underscores; keys have spaces in place of theirs.
    else (strings[group] ??= {})[group === 'gestures' ? key.replaceAll('_', ' ') : key] = value;
  }
  return /** @type {Strings} */ (strings);
}
