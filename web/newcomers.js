// Replies as they come: which of them are still being written, and which are complete.

import { CLOCK } from './clock.js';
import { endsLikeASentence } from './sentences.js';

/** How long a reply must stay as it is to count as complete, where the page does not say. */
const QUIET_MS = 1200;
/** And where it ends in the middle of a sentence: a model thinks, or calls a tool. */
const MID_SENTENCE_MS = 10_000;

/**
 * @typedef {object} Coming
 * @property {unknown} timer
 * @property {boolean} isTalk
 * @property {boolean} grew  whether it has changed since it was met
 * @property {boolean} busy  whether the page has said that it is being written
 */

/**
 * A reply is complete as soon as its page says so: `aria-busy` was true, on it or around it, and is no
 * more. Where the page says nothing, it is complete when it has not changed for a while.
 */
export class Newcomers {
  /** Those that are not complete yet. @type {Map<Element, Coming>} */
  #waiting = new Map();
  /** @type {WeakSet<Element>} */
  #seen = new WeakSet();
  /** Those that came in the course of the conversation. @type {WeakSet<Element>} */
  #talk = new WeakSet();
  /** @type {Set<unknown>} */
  #names = new Set();
  #settled;
  #grown;
  #clock;

  /**
   * @param {(message: Element, isTalk: boolean) => void} settled  called for each new reply, when it is complete
   * @param {import('./clock.js').Clock} [clock]
   * @param {(message: Element, isTalk: boolean) => void} [grown]  called whenever one that is not complete has changed
   */
  constructor(settled, clock = CLOCK, grown = () => {}) {
    this.#settled = settled;
    this.#clock = clock;
    this.#grown = grown;
  }

  /**
   * A message that is on the page. The first time it is new, unless it is a known one, rendered anew.
   *
   * @param {Element} message
   * @param {unknown} name
   * @param {boolean} isTalk  whether it came in the course of the conversation, not when a page of it was loaded
   */
  meet(message, name, isTalk) {
    if (this.#seen.has(message)) return;
    this.#seen.add(message);
    if (typeof name === 'string') {
      const [before] = [...this.#waiting].filter(([other]) => other.getAttribute('data-message-id') === name);
      if (before) {
        this.forget(before[0]);
        this.#wait(message, { ...before[1], grew: true });
        return;
      }
      if (this.#names.has(name)) return;
      this.#names.add(name);
    }
    this.#wait(message, { timer: null, isTalk, grew: false, busy: false });
    if (isBusy(message)) this.#grown(message, isTalk);
  }

  /** Something on the page has changed. @param {Node} node */
  changed(node) {
    for (const [message, coming] of this.#waiting) {
      const inside = message.contains(node);
      if (!inside && !(node instanceof Element && node.hasAttribute('aria-busy') && node.contains(message)) && !(coming.busy && node.contains(message))) continue;
      if (inside) coming.grew = true;
      this.#wait(message, coming);
      if (this.#waiting.has(message)) this.#grown(message, coming.isTalk);
    }
  }

  /** A complete one has changed: it may have been written anew. @param {Element} message */
  reopen(message) {
    if (this.#talk.has(message) && !this.#waiting.has(message)) this.#wait(message, { timer: null, isTalk: true, grew: true, busy: false });
  }

  /** Whether a message is still being written, as far as anybody knows. @param {Element} message */
  isOpen(message) {
    const coming = this.#waiting.get(message);
    // Where a whole conversation is busy, its earlier messages are not.
    return message.getAttribute('aria-busy') === 'true' || (coming !== undefined && (coming.grew || coming.busy));
  }

  /** @param {Element} message */
  forget(message) {
    this.#clock.cancel(this.#waiting.get(message)?.timer);
    this.#waiting.delete(message);
  }

  clear() {
    for (const message of [...this.#waiting.keys()]) this.forget(message);
  }

  /**
   * @param {Element} message
   * @param {Coming} coming
   */
  #wait(message, coming) {
    this.#clock.cancel(coming.timer);
    const busy = isBusy(message);
    const said = (coming.busy && !busy) || message.getAttribute('aria-busy') === 'false';
    coming.busy = busy;
    this.#waiting.set(message, coming);
    const settle = () => {
      this.#waiting.delete(message);
      if (coming.isTalk) this.#talk.add(message);
      if (message.isConnected) this.#settled(message, coming.isTalk);
    };
    const inSentence = coming.grew && !endsLikeASentence(message.textContent ?? '');
    // Not within the look at the page that has found it: the others have to be known first.
    const patience = said ? 0 : inSentence ? MID_SENTENCE_MS : QUIET_MS;
    coming.timer = this.#clock.after(() => (isBusy(message) ? this.#wait(message, coming) : settle()), patience);
  }
}

/** Whether the page says that a message is being written. @param {Element} message */
function isBusy(message) {
  return message.closest('[aria-busy="true"]') !== null;
}
