import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Gathering } from '../../gathering.js';

/**
 * How long a listener waits, how often, and in all, for sound that comes at a rate: seconds of it in a second.
 *
 * @param {number} rate
 * @param {number} length
 */
function listenTo(rate, length) {
  const gathering = new Gathering();
  const waits = [];
  let [come, heard, waiting, isHeard] = [0, 0, 0, false];
  for (let now = 0; heard < length - 0.01; now += 0.05) {
    come = Math.min(length, come + rate * 0.05);
    if (isHeard) heard = Math.min(come, heard + 0.05);
    if (isHeard && heard >= come && come < length) {
      isHeard = false;
      gathering.starved();
    }
    if (!isHeard && (come === length || !gathering.waits(now, { ahead: come - heard, left: length - heard }))) {
      waits.push(Math.round(waiting * 10) / 10);
      [isHeard, waiting] = [true, 0];
    } else if (!isHeard) waiting += 0.05;
  }
  return waits;
}

test('sound that comes faster than it is heard starts at once, and never stops', () => {
  for (const rate of [1.5, 5, 100]) {
    const waits = listenTo(rate, 30);
    assert.equal(waits.length, 1, `${rate}: ${waits}`);
    assert.ok(Number(waits[0]) <= 0.25, `${rate}: ${waits}`);
  }
});

test('sound that comes more slowly is waited for once, as long as it takes and not longer', () => {
  const waits = listenTo(0.7, 15);
  assert.equal(waits.length, 1, `${waits}`);
  assert.ok(Number(waits[0]) > 5 && Number(waits[0]) < 8, `${waits}`);
});

test('a long reply that comes slowly has few long waits in place of many short ones', () => {
  const waits = listenTo(0.7, 120);
  assert.ok(waits.length <= 5, `${waits}`);
  assert.ok(Math.max(...waits) < 13, `${waits}`);
});
