import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PlayerError } from '../../gateway.js';
import { Newcomers } from '../../newcomers.js';
import { Ahead, Continuous } from '../../replies.js';
import { FakeTimers, Later, RENDITION, settle } from '../support/fakes.js';

/** A message that a test sets the state of. */
class Message {
  isConnected = true;
  isBusy = false;
  textContent = 'It is done.';
  /** @param {string | null} id */
  constructor(id = null) {
    this.id = id;
  }
  /** @param {string} name */
  getAttribute(name) {
    return name === 'data-message-id' ? this.id : name === 'aria-busy' && this.isBusy ? 'true' : null;
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
  const newcomers = new Newcomers((message, isTalk) => complete.push([message, isTalk]), timers);
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

test('one that was busy and is no more is complete at once, and grows until then', () => {
  const timers = new FakeTimers();
  /** @type {string[]} */
  const told = [];
  const newcomers = new Newcomers(() => told.push('complete'), timers, () => told.push('grown'));
  const message = new Message();
  message.isBusy = true;
  newcomers.meet(message.asElement(), message, true);
  newcomers.changed(message.asElement());
  assert.equal(newcomers.isOpen(message.asElement()), true);
  message.isBusy = false;
  newcomers.changed(message.asElement());
  timers.advance(0);
  assert.equal(told.at(-1), 'complete');
  assert.equal(newcomers.isOpen(message.asElement()), false);
});

test('where the page says nothing, one that stops in the middle of a sentence is waited for longer', () => {
  const { timers, complete, newcomers } = setUp();
  const message = new Message();
  newcomers.meet(message.asElement(), message, true);
  message.textContent = 'I look it up, and';
  newcomers.changed(message.asElement());
  timers.advance(5000);
  assert.deepEqual(complete, []);
  assert.equal(newcomers.isOpen(message.asElement()), true);
  message.textContent = 'I look it up, and there it is.';
  newcomers.changed(message.asElement());
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

test('replies are read one after the other, those that have left the page are passed over', () => {
  /** @type {Message[]} */
  const read = [];
  const continuous = new Continuous((message) => read.push(/** @type {any} */ (message)));
  const [first, second, third, fourth] = [new Message(), new Message(), new Message(), new Message()];
  continuous.add(first.asElement(), true);
  for (const message of [second, third, fourth]) continuous.add(message.asElement(), false);
  assert.deepEqual(read, [first]);
  continuous.unhush(third.asElement());
  second.isConnected = false;
  continuous.next();
  assert.deepEqual(read, [first, fourth], 'what the listener chose themselves is not read again');
});

test('whoever speaks up hears the answer next, and nothing from before', () => {
  /** @type {Message[]} */
  const read = [];
  const continuous = new Continuous((message) => read.push(/** @type {any} */ (message)));
  const [before, answer] = [new Message(), new Message()];
  continuous.add(before.asElement(), false);
  continuous.hush();
  continuous.add(answer.asElement(), false);
  continuous.next();
  assert.deepEqual(read, [answer]);
});

/** A gateway that is asked to make replies ahead. */
function gatewayAhead() {
  const asked = /** @type {string[]} */ ([]);
  const givenUp = /** @type {string[]} */ ([]);
  /** @type {Later<import('../../player-store.js').Rendition>[]} */
  const answers = [];
  const gateway = {
    ask: (/** @type {{ text: string, prefetch: boolean }} */ { text, prefetch }) => {
      assert.equal(prefetch, true);
      asked.push(text);
      const answer = new Later();
      answers.push(/** @type {any} */ (answer));
      return answer.promise;
    },
    giveUp: async (/** @type {import('../../player-store.js').Rendition} */ { key }) => void givenUp.push(key),
  };
  const ahead = new Ahead();
  const make = (/** @type {string} */ text) => ahead.make({ text, format: 'webm' }, () => /** @type {any} */ (gateway));
  return { asked, givenUp, answers, ahead, make };
}

/** @type {(() => void)[]} */
const idle = [];
globalThis.navigator ??= /** @type {any} */ ({});
Object.assign(globalThis, { requestIdleCallback: (/** @type {() => void} */ task) => idle.push(task) });
const rest = () => idle.splice(0).forEach((task) => task());

test('what is overtaken is not asked for, and given up if it was', async () => {
  const { asked, givenUp, answers, ahead, make } = gatewayAhead();
  make('one');
  make('two');
  rest();
  assert.deepEqual(asked, ['two']);
  answers[0]?.resolve({ ...RENDITION, key: '2' });
  await settle();
  make('three');
  assert.deepEqual(givenUp, ['2'], 'a newer reply came');
  rest();
  ahead.giveUp({ text: 'another' });
  answers[1]?.resolve({ ...RENDITION, key: '3' });
  await settle();
  assert.deepEqual(givenUp, ['2', '3'], 'the listener chose another while the answer was on its way');
  ahead.giveUp();
  make('three');
  rest();
  await settle();
  assert.deepEqual([asked, givenUp], [['two', 'three'], ['2', '3']], 'once each');
});

test('what is listened to is made on', async () => {
  const { givenUp, answers, ahead, make } = gatewayAhead();
  make('one');
  rest();
  answers[0]?.resolve({ ...RENDITION, key: '1' });
  await settle();
  ahead.giveUp({ text: 'one' });
  assert.deepEqual(givenUp, []);
});

test('a refusal ends it until somebody was served', async () => {
  const { asked, answers, ahead, make } = gatewayAhead();
  make('one');
  rest();
  answers[0]?.reject(new PlayerError('quota_exceeded', ''));
  await settle();
  make('two');
  rest();
  assert.deepEqual(asked, ['one']);
  ahead.allow();
  make('three');
  rest();
  assert.deepEqual(asked, ['one', 'three']);
});
