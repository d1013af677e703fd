// Sentences as the text has them. What is bought and timed is cut otherwise: a long sentence in clauses,
// short ones together.

import { captionAt } from './captions.js';

/** @typedef {import('./player-store.js').Caption} Caption */
/** @typedef {import('./player-store.js').Captions} Captions */

/** @type {WeakMap<Captions, Caption[]>} */
const known = new WeakMap();
/** Those within each piece. @type {WeakMap<Caption, Caption[]>} */
const parted = new WeakMap();
const ENDS = /[.!?…:;。！？।؟]["'”’»)\]*_』」）]*\s*$/u;
/** How far two pieces of one sentence may be apart in the reply: a space, an end of emphasis. Bytes. */
const JOINED = 8;
const segmenter = typeof Intl.Segmenter === 'function' ? new Intl.Segmenter(undefined, { granularity: 'sentence' }) : null;

/**
 * @param {Captions} captions
 * @returns {readonly Caption[]}  in order of `start`
 */
export function sentencesOf(captions) {
  let sentences = known.get(captions);
  if (!sentences) {
    sentences = join(
      captions.utterances.flatMap((utterance) => {
        let parts = parted.get(utterance);
        if (!parts) parted.set(utterance, (parts = split(utterance, captions.words)));
        return parts;
      }),
    );
    known.set(captions, sentences);
  }
  return sentences;
}

/**
 * The sentences within one piece, by the times of its words.
 *
 * @param {Caption} utterance
 * @param {readonly Caption[]} words
 * @returns {Caption[]}
 */
function split(utterance, words) {
  const parts = segmenter ? [...segmenter.segment(utterance.text)].filter(({ segment }) => /\S/.test(segment)) : [];
  if (parts.length < 2) return [utterance];
  // Where each word stands in the piece.
  let read = 0;
  const placed = [];
  for (let at = Math.max(0, captionAt(words, utterance.start - 0.001) + 1); at < words.length; at += 1) {
    const word = /** @type {Caption} */ (words[at]);
    if (word.start >= utterance.end) break;
    const found = utterance.text.indexOf(word.text, read);
    if (found < 0) continue;
    placed.push({ word, at: found });
    read = found + word.text.length;
  }
  /** @type {Caption[]} */
  const sentences = [];
  for (const { segment, index } of parts) {
    const own = placed.filter(({ at }) => at >= index && at < index + segment.length);
    const [first, last] = [own[0], own.at(-1)];
    // Without the times of its words, it stays with what is before.
    const before = sentences.at(-1);
    if (!first || !last) {
      if (before) before.text += segment;
      continue;
    }
    if (before) before.end = first.word.start;
    sentences.push({ ...utterance, text: segment.trim(), start: before ? first.word.start : utterance.start, end: utterance.end, source: [before ? first.word.source[0] : utterance.source[0], Math.max(first.word.source[0], last.word.source[1])] });
  }
  const final = sentences.at(-1);
  if (!final) return [utterance];
  final.source = [final.source[0], utterance.source[1]];
  return sentences;
}

/**
 * Puts together what is one sentence.
 *
 * @param {Caption[]} pieces
 * @returns {Caption[]}
 */
function join(pieces) {
  /** @type {Caption[]} */
  const sentences = [];
  for (const piece of pieces) {
    const before = sentences.at(-1);
    if (before && !ENDS.test(before.text) && piece.source[0] - before.source[1] <= JOINED && piece.source[0] >= before.source[1]) {
      sentences[sentences.length - 1] = { ...before, text: `${before.text.trimEnd()} ${piece.text}`, end: piece.end, source: [before.source[0], piece.source[1]] };
    } else sentences.push({ ...piece });
  }
  return sentences;
}
