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
 * @property {unknown} name
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
  /** Names that are known, and who bears them that are not complete yet. @type {Map<string, Element | null>} */
  #names = new Map();
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
      const before = this.#names.get(name);
      const coming = before && this.#waiting.get(before);
      if (coming) this.forget(before);
      else if (before !== undefined) return;
      this.#names.set(name, message);
      if (coming) {
        this.#wait(message, { ...coming, grew: true });
        return;
      }
    }
    this.#wait(message, { timer: null, name, isTalk, grew: false, busy: false });
    if (isBusy(message)) this.#grown(message, isTalk);
  }

  /** Something on the page has changed. @param {...Node} nodes */
  changed(...nodes) {
    for (const [message, coming] of this.#waiting) {
      const inside = nodes.some((node) => message.contains(node));
      const isAround = (/** @type {Node} */ node) => node instanceof Element && (coming.busy || node.hasAttribute('aria-busy')) && node.contains(message);
      if (!inside && !nodes.some(isAround)) continue;
      coming.grew ||= inside;
      this.#wait(message, coming);
      if (this.#waiting.has(message)) this.#grown(message, coming.isTalk);
    }
  }

  /**
   * A complete one has changed: it may be written on, or anew.
   *
   * @param {Element} message
   * @param {boolean} isHeard  else it has to have come in the course of the conversation
   */
  reopen(message, isHeard) {
    const isTalk = this.#talk.has(message);
    if ((isTalk || isHeard) && !this.#waiting.has(message)) this.#wait(message, { timer: null, name: null, isTalk, grew: true, busy: false });
  }

  /** Whether a message is still being written, as far as anybody knows. @param {Element} message */
  isOpen(message) {
    const coming = this.#waiting.get(message);
    // Where a whole conversation is busy, its earlier messages are not.
    return message.getAttribute('aria-busy') === 'true' || (coming !== undefined && (coming.grew || coming.busy));
  }

  /** @param {Element} message */
  forget(message) {
    const { timer, name } = this.#waiting.get(message) ?? {};
    this.#clock.cancel(timer);
    this.#waiting.delete(message);
    // What has been met once keeps no message alive.
    if (typeof name === 'string') this.#names.set(name, null);
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
    /** @param {number} patience @param {() => void} task */
    const later = (patience, task) => (coming.timer = this.#clock.after(() => (isBusy(message) ? this.#wait(message, coming) : task()), patience));
    const settle = () => {
      this.forget(message);
      if (coming.isTalk) this.#talk.add(message);
      if (message.isConnected) this.#settled(message, coming.isTalk);
    };
    // Not within the look at the page that has found it: the others have to be known first.
    if (said) later(0, settle);
    // What it says is looked at once it is still, and not with every word.
    else later(QUIET_MS, () => (coming.grew && !endsLikeASentence(message.textContent ?? '') ? later(MID_SENTENCE_MS - QUIET_MS, settle) : settle()));
  }
}

/** Whether the page says that a message is being written. @param {Element} message */
function isBusy(message) {
  return message.closest('[aria-busy="true"]') !== null;
}
