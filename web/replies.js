// Replies as they come: which of them are complete, so that they can be read on their own (continuous
// mode) or made ahead (prefetch).

import { CLOCK } from './clock.js';
import { endsLikeASentence } from './written.js';

/** @typedef {import('./gateway.js').Gateway} Gateway */
/** @typedef {import('./gateway.js').SpeechRequest} SpeechRequest */
/** @typedef {Pick<SpeechRequest, 'text' | 'voice' | 'provider'>} Wish */
/** A message, or its name where it is not on the page yet. @typedef {Element | string} Message */

/** How long a reply must stay as it is to count as complete, where the page does not say. */
const QUIET_MS = 1200;
/** And where it ends in the middle of a sentence: a model thinks, or calls a tool. */
const MID_SENTENCE_MS = 10_000;
/** How long an idle moment is waited for. */
const IDLE_PATIENCE_MS = 3000;
const NEVER = new AbortController().signal;

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

  /** Whether a message is still being written, as far as anybody knows. @param {Element} message */
  isOpen(message) {
    return isBusy(message) || this.#waiting.get(message)?.grew === true;
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
      if (message.isConnected) this.#settled(message, coming.isTalk);
    };
    if (said) {
      settle();
      return;
    }
    const inSentence = coming.grew && !endsLikeASentence(message.textContent ?? '');
    coming.timer = this.#clock.after(() => (isBusy(message) ? this.#wait(message, coming) : settle()), inSentence ? MID_SENTENCE_MS : QUIET_MS);
  }
}

/** Whether the page says that a message is being written. @param {Element} message */
function isBusy(message) {
  return message.closest('[aria-busy="true"]') !== null;
}

/** Continuous mode: new replies are read by themselves, in order, until the listener begins to write. */
export class Continuous {
  #read;
  /** Replies that are yet to be read. @type {Message[]} */
  #queue = [];
  /** Whether reading stopped because the listener began to write. */
  #hushed = false;

  /** @param {(message: Message) => void} read */
  constructor(read) {
    this.#read = read;
  }

  /**
   * The first sentence of a reply is finished, or all of it: it is read when those before it have been.
   *
   * @param {Message} message
   * @param {boolean} isFree  whether nothing is being read
   */
  add(message, isFree) {
    const answered = this.#hushed;
    // The answer to what the listener wrote; what was to be read before is of no interest any more.
    if (answered) this.clear();
    this.#queue.push(message);
    if (answered || isFree) this.next();
  }

  /** The last one was heard to its end. */
  next() {
    const message = this.#queue.shift();
    if (typeof message === 'object' && !message.isConnected) this.next();
    else if (message) this.#read(message);
  }

  /** The listener speaks up. */
  hush() {
    this.#hushed = true;
  }

  /**
   * The listener wants to hear again.
   *
   * @param {Message | null} [message]  what they have chosen themselves
   */
  unhush(message = null) {
    this.#hushed = false;
    this.#queue = this.#queue.filter((other) => other !== message);
  }

  clear() {
    this.#hushed = false;
    this.#queue = [];
  }
}

/**
 * Sound made ahead: the newest reply, when the page has nothing else to do, once, and never at the
 * listener's cost. The gateway decides what is within the quota; a refusal ends it quietly.
 */
export class Ahead {
  /** @type {Set<string>} */
  #done = new Set();
  #refused = false;
  /** What is made ahead now. */
  #present = { name: '', overtaken: new AbortController() };

  /**
   * @param {SpeechRequest} request
   * @param {() => Gateway} gateway
   */
  make(request, gateway) {
    const name = nameOf(request);
    if (this.#refused || this.#done.has(name) || isSaving()) return;
    this.giveUp();
    const overtaken = new AbortController();
    const { signal } = overtaken;
    this.#present = { name, overtaken };
    whenIdle(async () => {
      if (signal.aborted) return;
      this.#done.add(name);
      try {
        const asked = gateway();
        // Not broken off: what the gateway has begun by then would go on for nobody.
        const rendition = await asked.ask({ ...request, prefetch: true }, NEVER);
        const giveUp = () => asked.giveUp(rendition).catch(() => {});
        if (signal.aborted) giveUp();
        else signal.addEventListener('abort', giveUp);
      } catch {
        // Whatever the reason, asking again by itself would not be welcome.
        this.#refused = true;
      }
    });
  }

  /**
   * Nobody waits any more for what is made ahead.
   *
   * @param {Wish | null} [but]  what is wanted now: if it is the same, it is made on
   */
  giveUp(but = null) {
    if (!but || nameOf(but) !== this.#present.name) this.#present.overtaken.abort();
  }

  /** A listener was served: the gateway is willing again. */
  allow() {
    this.#refused = false;
  }
}

/** @param {Wish} wish */
function nameOf({ text, voice, provider }) {
  return JSON.stringify([text, voice, provider]);
}

/** Whether the listener's browser asks pages to be sparing. */
function isSaving() {
  const { connection } = /** @type {{ connection?: { saveData?: boolean, effectiveType?: string } }} */ (navigator);
  return connection?.saveData === true || /2g/.test(connection?.effectiveType ?? '');
}

/** @param {() => void} task */
function whenIdle(task) {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(task, { timeout: IDLE_PATIENCE_MS });
  else setTimeout(task, IDLE_PATIENCE_MS / 10);
}
