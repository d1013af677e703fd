import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Newcomers } from '../../replies.js';
import { FakeTimers } from '../support/fakes.js';

/** A message that a test sets the state of. */
class Message {
  isConnected = true;
  isBusy = false;
  /** @param {string | null} id */
  constructor(id = null) {
    this.id = id;
  }
  getAttribute() {
    return this.id;
  }
  closest() {
    return this.isBusy ? this : null;
  }
  /** @param {unknown} other */
  contains(other) {
    return other === this;
  }
  asElement() {
    return /** @type {Element} */ (/** @type {unknown} */ (this));
  }
}

function setUp() {
  const timers = new FakeTimers();
  /** @type {[unknown, boolean][]} */
  const complete = [];
  const newcomers = new Newcomers((message, isTalk) => complete.push([message, isTalk]), timers.after, timers.cancel);
  return { timers, complete, newcomers };
}

globalThis.Element ??= /** @type {any} */ (class {});

test('a reply is complete once it has been left alone for a while, and is told once', () => {
  const { timers, complete, newcomers } = setUp();
  const message = new Message();
  newcomers.meet(message.asElement(), message, true);
  timers.advance(1000);
  newcomers.changed(message.asElement());
  timers.advance(1000);
  assert.deepEqual(complete, [], 'it is still being written');
  timers.advance(200);
  assert.deepEqual(complete, [[message, true]]);
  newcomers.meet(message.asElement(), message, true);
  timers.advance(5000);
  assert.equal(complete.length, 1);
  assert.equal(timers.waiting.length, 0, 'nothing is left to wait for');
});

test('one that says it is busy is waited for', () => {
  const { timers, complete, newcomers } = setUp();
  const message = new Message();
  message.isBusy = true;
  newcomers.meet(message.asElement(), message, true);
  timers.advance(1200);
  assert.deepEqual(complete, []);
  message.isBusy = false;
  timers.advance(1200);
  assert.equal(complete.length, 1);
});

test('a reply that is rendered anew while it is written is the same one, and afterwards a known one', () => {
  const { timers, complete, newcomers } = setUp();
  const [first, second, third] = [new Message('m'), new Message('m'), new Message('m')];
  newcomers.meet(first.asElement(), 'm', true);
  newcomers.meet(second.asElement(), 'm', false);
  timers.advance(1200);
  assert.deepEqual(complete, [[second, true]]);
  newcomers.meet(third.asElement(), 'm', true);
  timers.advance(1200);
  assert.equal(complete.length, 1);
});

test('one that has left the page is not told', () => {
  const { timers, complete, newcomers } = setUp();
  const message = new Message();
  newcomers.meet(message.asElement(), message, true);
  message.isConnected = false;
  timers.advance(1200);
  assert.deepEqual(complete, []);
});
