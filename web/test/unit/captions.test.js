import assert from 'node:assert/strict';
import { test } from 'node:test';

import { captionLines, placesIn, wholeCaptions } from '../../captions.js';
import { streamOf } from '../support/fakes.js';

const encode = (/** @type {string} */ text) => new TextEncoder().encode(text);

const LINES =
  '{"text":"Olá.","start":0.0,"end":0.6,"source":[0,5],"provider":"local","voice":"heart",' +
  '"words":[{"text":"Olá","start":0.1,"end":0.5,"source":[0,4],"exact":true}]}\n' +
  '{"text":"Bye.","start":0.9,"end":1.4,"source":[6,10],"provider":"local","voice":"heart","words":[]}\n';

test('lines are read however the network cuts them, inside a letter too', async () => {
  const bytes = encode(LINES);
  for (let cut = 1; cut < bytes.length; cut += 7) {
    const arrivals = [];
    for await (const arrival of captionLines(streamOf(bytes.slice(0, cut), bytes.slice(cut)))) arrivals.push(arrival);
    assert.deepEqual(arrivals, [
      {
        utterances: [{ text: 'Olá.', start: 0, end: 0.6, source: [0, 5], provider: 'local', voice: 'heart' }],
        words: [{ text: 'Olá', start: 0.1, end: 0.5, source: [0, 4] }],
      },
      { utterances: [{ text: 'Bye.', start: 0.9, end: 1.4, source: [6, 10], provider: 'local', voice: 'heart' }], words: [] },
    ]);
  }
});

test('a last line without its end of line still counts', async () => {
  const arrivals = [];
  for await (const arrival of captionLines(streamOf(encode(LINES.trimEnd())))) arrivals.push(arrival);
  assert.equal(arrivals.length, 2);
});

test('complete captions come at once', async () => {
  const json = '{"duration_seconds":1,"words":[],"utterances":[{"text":"Hi.","start":0,"end":0.4,"source":[0,3]}]}';
  assert.deepEqual(await wholeCaptions(streamOf(encode(json))), {
    utterances: [{ text: 'Hi.', start: 0, end: 0.4, source: [0, 3] }],
    words: [],
    duration: 1,
  });
});

test('a word stands where it is written, after the one before; else for all of its utterance', () => {
  const reply = encode('Já? It costs **$5**, it does.');
  const placeOf = placesIn(reply, [5, 31]);
  const at = (/** @type {string} */ word) => new TextDecoder().decode(reply.slice(...placeOf(word)));
  assert.equal(at('It'), 'It');
  assert.deepEqual(placeOf('five'), [5, 31]);
  assert.deepEqual(placeOf('it'), [22, 24], 'not the first one again, and counted in bytes');
  assert.equal(at('does'), 'does');
});

test('nonsense is an error', async () => {
  await assert.rejects(wholeCaptions(streamOf(encode('<html>'))), { code: 'unreachable' });
});
