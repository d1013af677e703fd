// Replies as they come: read on their own, in order (continuous mode), or made ahead (prefetch).

import { whenIdle } from './clock.js';
import { isSaving } from './preferences.js';

/** @typedef {import('./gateway.js').Gateway} Gateway */
/** @typedef {import('./gateway.js').SpeechRequest} SpeechRequest */
/** @typedef {Pick<SpeechRequest, 'text' | 'voice' | 'provider'>} Wish */
/** A message, or its name where it is not on the page yet. @typedef {Element | string} Message */

const NEVER = new AbortController().signal;

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
   * @param {boolean} [cuts]  whether it is read at once, in place of what is heard and was to be read
   */
  add(message, isFree, cuts = false) {
    const answered = this.#hushed || cuts;
    // The answer to what the listener wrote; what was to be read before is of no interest any more.
    if (answered) this.clear();
    this.queue(message, answered || isFree);
  }

  /**
   * It is read when those before it have been.
   *
   * @param {Message} message
   * @param {boolean} isFree  whether nothing is being read
   */
  queue(message, isFree) {
    if (!this.#queue.includes(message)) this.#queue.push(message);
    if (isFree) this.next();
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
      // A connection may have become one that is to be spared.
      if (signal.aborted || isSaving()) return;
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
