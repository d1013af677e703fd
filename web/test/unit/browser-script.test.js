import assert from 'node:assert/strict';
import { test } from 'node:test';

import { plainScript } from '../../browser-script.js';

/** @param {string} reply */
const said = (reply) => plainScript(reply, 'en').utterances.map(({ text }) => text);

test('sentences are said without what is not speech', () => {
  assert.deepEqual(said('# The plan\n\nTake **two** boats. See [the map](https://a.test/b_c).\n\n```sh\nrm -rf /\n```\n\n- Bread\n- `milk`'), [
    'The plan',
    'Take two boats.',
    'See the map.',
    'Bread',
    'milk',
  ]);
  assert.deepEqual(said('Before.\n```\nstill open'), ['Before.']);
  assert.deepEqual(said('<think>Hm. Well.</think>Yes. A snake_case_name stays.'), ['Yes.', 'A snake_case_name stays.']);
  assert.deepEqual(said('| a | b |\n|---|---|\n| 1 | 2 |'), ['a b', '1 2']);
  assert.deepEqual(said('```\nonly code\n```'), []);
});

test('each sentence keeps its bytes of the reply', () => {
  const reply = 'Grüße aus **Köln**. Bis später, 🚢!';
  const bytes = new TextEncoder().encode(reply);
  const sources = plainScript(reply, 'de').utterances.map(({ source }) => new TextDecoder().decode(bytes.subarray(...source)));
  assert.deepEqual(sources, ['Grüße aus **Köln**.', 'Bis später, 🚢!']);
});
