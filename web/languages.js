// The player's words in further languages, by the page's `lang`.

import { ENGLISH } from './strings.js';
import { MORE } from './words.js';

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

/**
 * @param {readonly string[]} lines  one for each word in English, in its order
 * @returns {Strings}
 */
function arrange(lines) {
  let read = 0;
  const next = () => {
    const line = lines[read++] ?? '';
    return line.includes('{0}') ? (/** @type {unknown[]} */ ...given) => line.replace(/\{(\d)\}/g, (_, which) => String(given[Number(which)])) : line;
  };
  /** @param {object} words @returns {object} */
  const inOrder = (words) => Object.fromEntries(Object.entries(words).map(([name, word]) => [name, typeof word === 'object' ? inOrder(word) : next()]));
  return /** @type {Strings} */ (inOrder({ ...ENGLISH, ...MORE }));
}
