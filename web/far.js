// Places in a reply that no sound has come for: about which byte is heard at a second, and what is said
// there, as the gateway's script tells.

import { layOut } from './browser-script.js';

/** @typedef {import('./gateway.js').Script} Script */
/** @typedef {import('./player-store.js').Caption} Caption */
/** @typedef {import('./player-store.js').Captions} Captions */
/** A byte of the reply, and the second that it is heard at. @typedef {{ byte: number, second: number }} Point */
/** Gives the script from a byte of the reply on; null: from where it is read from. @typedef {(startAt: number | null) => Promise<Script>} Ask */

/** About the byte that is heard at a second, by one point before it and one after. @param {Point} a @param {Point} b @param {number} second */
export function byteAt(a, b, second) {
  return a.byte + Math.floor(((b.byte - a.byte) * (second - a.second)) / Math.max(0.1, b.second - a.second));
}

/** About the second that a byte is heard at. @param {Point} a @param {Point} b @param {number} byte */
export function secondAt(a, b, byte) {
  return a.second + ((byte - a.byte) * (b.second - a.second)) / Math.max(1, b.byte - a.byte);
}

/**
 * Where the utterance begins that holds a byte.
 *
 * @param {Ask} ask
 * @param {number} byte
 * @param {number} all  a reply that is too long for once ends here
 */
export async function utteranceAt(ask, byte, all) {
  const { utterances } = await ask(byte < all ? null : all);
  return utterances.findLast(({ source }) => source[0] <= byte)?.source[0] ?? null;
}

/**
 * Where something begins that is said some steps before what is said at a byte.
 *
 * @param {Ask} ask
 * @param {number} byte
 * @param {number} steps
 * @param {string} text  the whole reply
 * @param {(captions: Captions) => readonly Caption[]} stepsOf  its sentences, or its words
 * @returns {Promise<number | null>}  null: nothing is said there
 */
export async function stepsBefore(ask, byte, steps, text, stepsOf) {
  /** @type {Script['utterances']} */
  const utterances = [];
  /** @type {number | null} */
  let next = null;
  do {
    const script = await ask(next);
    utterances.push(...script.utterances);
    next = script.continuesAt ?? null;
  } while (next !== null && next <= byte);
  // Times are guesses, which is enough to tell what comes after what.
  const { captions, words } = layOut({ language: null, utterances }, text);
  const all = stepsOf({ utterances: captions, words });
  const at = all.findLastIndex(({ source }) => source[0] <= byte);
  return all[Math.max(0, at - steps)]?.source[0] ?? null;
}
