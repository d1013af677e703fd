import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CODES, wordsIn } from '../../languages.js';
import { ENGLISH } from '../../strings.js';
import { MORE, explain } from '../../words.js';

/** The names of all words, those in groups with their group. @param {object} words */
const namesOf = (words) => Object.entries(words).flatMap(([name, word]) => (typeof word === 'object' ? Object.keys(word).map((key) => `${name}:${key}`) : [name]));

test('every language has every word, none empty', async () => {
  assert.deepEqual([...CODES].sort(), ['ar', 'de', 'es', 'fr', 'it', 'ja', 'nl', 'pl', 'pt', 'zh']);
  for (const code of CODES) {
    const words = await wordsIn(`${code}-XX`);
    assert.ok(words);
    assert.deepEqual(namesOf(words).sort(), namesOf({ ...ENGLISH, ...MORE }).sort(), code);
    for (const word of Object.values(words)) assert.ok(typeof word !== 'string' || word.trim() !== '', code);
    assert.match(words.gestures['← →'] ?? '', /5|fünf|cinco|cinq|cinque|vijf|pięć|五|خمس/, 'each word in its own place');
    assert.match(words.errors['no_browser_voice'] ?? '', /[bBn]rowser|navigateur|navegador|przegląd|ブラウザ|浏览器|المتصفح/, code);
    assert.match(words.progress('0:01', '0:02'), /0:01.*0:02|0:02.*0:01/);
    assert.match(explain({ code: 'overloaded', message: '', retryAfterSeconds: 3 }, words), /3/);
  }
  assert.equal(await wordsIn('tlh'), null);
});
