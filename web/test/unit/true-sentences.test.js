import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sentencesOf } from '../../true-sentences.js';

/** Captions of pieces, a second for each word. @param {...string} pieces */
function captionsOf(...pieces) {
  const reply = pieces.join(' ');
  /** @type {import('../../player-store.js').Caption[]} */
  const [utterances, words] = [[], /** @type {import('../../player-store.js').Caption[]} */ ([])];
  let [second, byte] = [0, 0];
  for (const text of pieces) {
    const from = second;
    for (const { 0: word, index } of text.matchAll(/\S+/g)) {
      words.push({ text: word, start: second, end: second + 1, source: [byte + index, byte + index + word.length] });
      second += 1;
    }
    utterances.push({ text, start: from, end: second, source: [byte, byte + text.length] });
    byte += text.length + 1;
  }
  return { reply, captions: { utterances, words } };
}

test('clauses of one sentence are one, and sentences that were made together are two', () => {
  const { reply, captions } = captionsOf('On Friday a new index was built', 'while the shop was open. Nothing was lost: all is well.', 'Good.');
  const sentences = sentencesOf(captions);
  assert.deepEqual(
    sentences.map(({ text }) => text),
    ['On Friday a new index was built while the shop was open.', 'Nothing was lost: all is well.', 'Good.'],
  );
  assert.deepEqual(
    sentences.map(({ source }) => reply.slice(...source)),
    ['On Friday a new index was built while the shop was open.', 'Nothing was lost: all is well.', 'Good.'],
  );
  assert.deepEqual(
    sentences.map(({ start, end }) => [start, end]),
    [[0, 12], [12, 18], [18, 19]],
  );
  assert.equal(sentencesOf(captions), sentences, 'worked out once');
});

test('pieces of different blocks stay apart, and unknown words change nothing', () => {
  const heading = { text: 'Ferries', start: 0, end: 1, source: /** @type {[number, number]} */ ([2, 9]) };
  const text = { text: 'They leave at nine. Be there.', start: 1, end: 3, source: /** @type {[number, number]} */ ([25, 54]) };
  assert.deepEqual(sentencesOf({ utterances: [heading, text], words: [] }), [heading, text]);
});
