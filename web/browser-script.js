// What the browser's own voice says, and about when.

import { byteLength, placesIn } from './captions.js';

/** @typedef {import('./gateway.js').Script} Script */
/** @typedef {import('./player-store.js').Caption} Caption */

/**
 * A piece of an utterance: what the synthesiser gets at a time, and the bytes of that utterance.
 *
 * @typedef {{ text: string, language: string | null, start: number, end: number, source: [number, number] }} Piece
 */

/**
 * A word, with the number of its piece and where it begins in it.
 *
 * @typedef {Caption & { piece: number, char: number }} Word
 */

/** About what voices say at speed 1, and the breath after an utterance: only for the length that is shown. */
export const CHARS_PER_SECOND = 14;
const BREATH_SECONDS = 0.3;
/** Chromium's remote voices fall silent after 15 seconds: no piece is that long at the slowest speed. */
const LONGEST_PIECE = 160;

/** What becomes blank, in this order: nothing of it is speech. */
const UNSPOKEN = [
  // Fenced code, also one still open.
  /^(```|~~~)[^\n]*\n[\s\S]*?(?:^\1[^\n]*$|$(?![\s\S]))/gm,
  /<(think|thinking|reasoning)>[\s\S]*?(?:<\/\1>|$(?![\s\S]))/gi,
  // Pictures, and where links lead.
  /!\[[^\]]*\]\([^)\s]*[^)]*\)/g,
  /\]\([^)\s]*[^)]*\)/g,
  /\bhttps?:\/\/\S+/g,
  /<\/?[a-z][^>\n]*>|<!--[\s\S]*?-->/gi,
  // Rulers, of tables too.
  /^[ \t]*\|?[ \t]*:?-{3,}[-:| \t]*$/gm,
  /^[ \t]{0,3}(?:#{1,6}|>+|[-*+]|\d{1,3}[.)])(?=\s)/gm,
  /(?<!\w)[*_~]{1,3}(?=\S)|(?<=\S)[*_~]{1,3}(?!\w)|[`|[\]]/g,
];

/**
 * A script without the gateway, for when nobody can be asked. What is not to be said is blanked out in
 * place, so that every sentence keeps its bytes of the reply.
 *
 * @param {string} reply
 * @param {string} [language]  BCP 47, helps to find where sentences end
 * @returns {Script}
 */
export function plainScript(reply, language) {
  let text = reply;
  for (const pattern of UNSPOKEN) text = text.replace(pattern, (found) => found.replace(/[^\n]/g, ' '));
  const utterances = [];
  let [bytes, at] = [0, 0];
  for (const [from, to] of sentences(text, language)) {
    bytes += byteLength(reply.slice(at, from));
    const until = bytes + byteLength(reply.slice(from, to));
    const said = text.slice(from, to).replace(/\s+/g, ' ').replace(/ (?=[.,;:!?])/g, '');
    utterances.push({ text: said, source: /** @type {[number, number]} */ ([bytes, until]), language: null });
    [bytes, at] = [until, to];
  }
  return { language: language ?? null, utterances };
}

/**
 * Where each sentence begins and ends, without the white space around it.
 *
 * @param {string} text
 * @param {string} [language]
 * @returns {Generator<[number, number]>}
 */
function* sentences(text, language) {
  const segmenter = new Intl.Segmenter(language, { granularity: 'sentence' });
  for (const { 0: line, index } of text.matchAll(/[^\n]+/g)) {
    for (const { segment, index: within } of segmenter.segment(line)) {
      if (!/[\p{L}\p{N}]/u.test(segment)) continue;
      const from = index + within + segment.length - segment.trimStart().length;
      yield [from, index + within + segment.trimEnd().length];
    }
  }
}

/**
 * Lays a script out in time, as well as can be guessed: the voice does not say in advance when it will
 * have said what.
 *
 * @param {Script} script
 * @param {string} reply
 * @param {readonly Piece[]} [before]  what is said before it
 */
export function layOut({ utterances, language }, reply, before = []) {
  /** @type {Piece[]} */
  const pieces = [];
  /** @type {Caption[]} */
  const captions = [];
  /** @type {Word[]} */
  const words = [];
  const written = new TextEncoder().encode(reply);
  const last = before.at(-1);
  let at = last ? last.end + BREATH_SECONDS : 0;
  for (const utterance of utterances) {
    const { text, source } = utterance;
    const start = at;
    const placeOf = placesIn(written, source);
    for (const part of inPieces(text)) {
      for (const { 0: word, index: char } of part.matchAll(/\S+/g)) {
        const start = at + char / CHARS_PER_SECOND;
        words.push({ text: word, start, end: start + word.length / CHARS_PER_SECOND, source: placeOf(word), piece: before.length + pieces.length, char });
      }
      const end = at + part.length / CHARS_PER_SECOND;
      pieces.push({ text: part, language: utterance.language ?? language, start: at, end, source });
      at = end;
    }
    captions.push({ text, start, end: at, source });
    at += BREATH_SECONDS;
  }
  return { pieces, captions, words, seconds: Math.max(0, at - BREATH_SECONDS) };
}

/**
 * An utterance in pieces that are short enough, cut after a comma where there is one.
 *
 * @param {string} text
 * @returns {string[]}
 */
function inPieces(text) {
  if (text.length <= LONGEST_PIECE) return [text];
  const head = text.slice(0, LONGEST_PIECE);
  const clause = Math.max(...[', ', '; ', ': ', ' – ', '，', '、'].map((mark) => head.lastIndexOf(mark) + 1));
  const word = head.lastIndexOf(' ');
  const cut = clause > LONGEST_PIECE / 3 ? clause : word > 0 ? word : LONGEST_PIECE;
  return [text.slice(0, cut).trim(), ...inPieces(text.slice(cut).trim())];
}
