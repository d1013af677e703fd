import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CODES, buttonsIn, wordsIn } from '../../languages.js';
import { explain } from '../../words.js';

/** The names of all words, those in groups with their group. @param {object} words */
const namesOf = (words) => Object.entries(words).flatMap(([name, word]) => (typeof word === 'object' ? Object.keys(word).map((key) => `${name}:${key}`) : [name]));

test('every language has every word, none empty', async () => {
  assert.deepEqual([...CODES].sort(), ['ar', 'de', 'en', 'es', 'fr', 'it', 'ja', 'nl', 'pl', 'pt', 'zh']);
  const english = await wordsIn('en');
  for (const code of CODES) {
    const words = await wordsIn(`${code}-XX`);
    assert.deepEqual(namesOf(words).sort(), namesOf(english).sort(), code);
    for (const word of Object.values(words)) assert.ok(typeof word !== 'string' || word.trim() !== '', code);
    for (const word of Object.values(words.errors)) assert.notEqual(word.trim(), '', code);
    assert.match(words.gestures['← →'] ?? '', /5|five|fünf|cinco|cinq|cinque|vijf|pięć|五|خمس/, 'each word in its own place');
    assert.match(words.errors['no_browser_voice'] ?? '', /[bBn]rowser|navigateur|navegador|przegląd|ブラウザ|浏览器|المتصفح/, code);
    assert.match(words.errors['unreachable'] ?? '', /ser[vw]|サーバー|服务器|خادم/i, code);
    assert.match(words.progress('0:01', '0:02'), /0:01.*0:02|0:02.*0:01/);
    // As the language says it, and not in seconds that nobody counts.
    assert.match(explain({ code: 'overloaded', message: '', retryAfterSeconds: 3 }, words), /3/);
    assert.doesNotMatch(explain({ code: 'overloaded', message: '', retryAfterSeconds: 18_658 }, words), /18/);
    const buttons = await buttonsIn(code);
    assert.deepEqual([buttons.listen, buttons.errors['unreachable']], [words.listen, words.errors['unreachable']]);
  }
  assert.equal((await wordsIn('tlh')).listen, 'Listen');
});
