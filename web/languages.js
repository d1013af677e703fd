// The player's words, by the page's `lang`: those of the speaker buttons first, all others once they are needed.

import { ENGLISH } from './strings.js';

/** @typedef {import('./words.js').Strings} Strings */
/** @typedef {Promise<{ WORDS: string }>} Lines */

/** What a language's buttons say, and everything else. @type {Record<string, [(() => Lines) | null, () => Lines]>} */
const LANGUAGES = {
  en: [null, () => import('./words-en.js')],
  ar: [() => import('./words-ar-button.js'), () => import('./words-ar.js')],
  de: [() => import('./words-de-button.js'), () => import('./words-de.js')],
  es: [() => import('./words-es-button.js'), () => import('./words-es.js')],
  fr: [() => import('./words-fr-button.js'), () => import('./words-fr.js')],
  it: [() => import('./words-it-button.js'), () => import('./words-it.js')],
  ja: [() => import('./words-ja-button.js'), () => import('./words-ja.js')],
  nl: [() => import('./words-nl-button.js'), () => import('./words-nl.js')],
  pl: [() => import('./words-pl-button.js'), () => import('./words-pl.js')],
  pt: [() => import('./words-pt-button.js'), () => import('./words-pt.js')],
  zh: [() => import('./words-zh-button.js'), () => import('./words-zh.js')],
};
const BUTTON = 'listen,pause,resume,again,goOn,retry,tapToHear,errors.unreachable';

/** What the player has words in. */
export const CODES = Object.freeze(Object.keys(LANGUAGES));

/** @param {string} tag  BCP 47, such as `de-AT` */
const codeOf = (tag) => tag.toLowerCase().split('-')[0] ?? '';

/**
 * What the speaker buttons say.
 *
 * @param {string} tag
 * @returns {Promise<Strings>}  in English where there are none
 */
export async function buttonsIn(tag) {
  const lines = await LANGUAGES[codeOf(tag)]?.[0]?.();
  return lines ? arrange(BUTTON, lines.WORDS) : ENGLISH;
}

/**
 * Every word.
 *
 * @param {string} tag
 * @returns {Promise<Strings>}  in English where there are none
 */
export async function wordsIn(tag) {
  const code = CODES.includes(codeOf(tag)) ? codeOf(tag) : 'en';
  const [button, { WORDS }, { ORDER }] = await Promise.all([buttonsIn(code), /** @type {() => Lines} */ (LANGUAGES[code]?.[1])(), import('./words.js')]);
  const rest = arrange(ORDER, WORDS);
  return { ...button, ...rest, errors: { ...button.errors, ...rest.errors, lang: code }, lang: code };
}

/**
 * @param {string} order  the names of the words
 * @param {string} words  one a line
 * @returns {Strings}
 */
function arrange(order, words) {
  const lines = words.split('\n');
  /** @type {any} */
  const strings = {};
  for (const [index, path] of order.split(',').entries()) {
    const line = lines[index] ?? '';
    const [name = '', word] = path.split('.');
    if (word) (strings[name] ??= {})[word] = line;
    else strings[name] = line.includes('{0}') ? (/** @type {unknown[]} */ ...given) => line.replace(/\{(\d)\}/g, (_, which) => String(given[Number(which)])) : line;
  }
  return strings;
}
