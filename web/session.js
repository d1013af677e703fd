// One listening: what is heard in it, from where, and how far that has got.

import { Gathering } from './gathering.js';

/** @typedef {import('./audio-source.js').AudioSource} AudioSource */
/** @typedef {import('./gateway.js').PlayerError} PlayerError */

/**
 * What is to be heard.
 *
 * @typedef {object} Speech
 * @property {unknown} message  which message this is, as the caller names it
 * @property {string} text  the reply as the application has it
 * @property {string | null} [messageId]
 * @property {string | null} [voice]
 * @property {string | null} [provider]
 * @property {string} [language]  of the text, BCP 47; absent: found in it
 * @property {number | null} [startAt]  the byte of the reply to go on from
 * @property {import('./written.js').Written} [written]  the text as it is being written; `text` is what there was of it
 */

/** One listening. Everything asynchronous holds on to the session it belongs to and checks it. */
export class Session {
  abort = new AbortController();
  /** Whether the listener wants sound now. */
  wanted = true;
  /** Whether all the sound has been handed to the element. */
  fed = false;
  /** Why no more sound will come; told only when what has come is used up. @type {PlayerError | null} */
  broken = null;
  /** Who speaks it while it is written, and from where on at present. @type {{ awaitsWriter: boolean, base?: { byte: number, second: number } } | null} */
  writing = null;
  gathering = new Gathering();
  /** Whether the word that was wanted has been found. */
  placed = false;
  /** Whether sound is held back until there is more. */
  held = false;

  /**
   * @param {Speech} speech
   * @param {AudioSource} source
   * @param {number} askedAt
   * @param {Place} from
   */
  constructor(speech, source, askedAt, from) {
    this.speech = speech;
    this.source = source;
    this.askedAt = askedAt;
    this.from = from;
  }
}

/**
 * Where sound begins that does not begin at the start: in the sentence with a byte of the text, from a second on,
 * which is a guess. `made`: how much there is from the start on; `exact`: the very word at that byte is wanted.
 *
 * @typedef {{ byte: number, second: number, made: number, exact?: boolean }} Place
 */

export const START = Object.freeze({ byte: 0, second: 0, made: 0 });

/** The reply as far as it is there. @param {Session} session */
export function textOf({ speech }) {
  return speech.written?.text ?? speech.text;
}
