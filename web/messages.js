// The assistant's messages on the page, now and later, each with its speaker.

import { Newcomers } from './replies.js';

/** @typedef {import('./saywell-speaker.js').SaywellSpeaker} SaywellSpeaker */

/** How often a page that nobody sees is looked at. */
const HIDDEN_SCAN_MS = 250;

/**
 * @typedef {object} Interest
 * @property {(message: Element) => SaywellSpeaker} speakerFor
 * @property {(message: Element, speaker: SaywellSpeaker) => void} shown  a speaker has come onto the page
 * @property {(messages: Element[]) => void} scanned  these are the messages, in the page's order
 * @property {(message: Element, isTalk: boolean) => void} complete
 *   a reply is complete; whether it came in the course of the conversation
 * @property {(message: Element, isTalk: boolean) => void} grown  a reply that is not complete has changed
 * @property {() => Element | null} heard  the message whose every change matters
 * @property {(message: Element) => void} changed  it has changed
 */

export class Messages {
  /** In the page's order. @type {Map<Element, SaywellSpeaker>} */
  speakers = new Map();
  #interest;
  #newcomers;
  #observer = new MutationObserver((changes) => this.#onMutation(changes));
  #selector = '';
  /** @type {Document | null} */
  #page = null;
  #scanned = false;
  #scanning = false;

  /** @param {Interest} interest */
  constructor(interest) {
    this.#interest = interest;
    this.#newcomers = new Newcomers(interest.complete, undefined, interest.grown);
  }

  /** @returns {Element | null} */
  get newest() {
    return [...this.speakers.keys()].at(-1) ?? null;
  }

  /** Whether a message is still being written, as far as anybody knows. @param {Element} message */
  isOpen(message) {
    return this.#newcomers.isOpen(message);
  }

  /** The message of a name. @param {unknown} name @returns {Element | null} */
  named(name) {
    for (const message of this.speakers.keys()) if (Object.is(nameOf(message), name)) return message;
    return null;
  }

  /**
   * Begins to look, or looks for something else.
   *
   * @param {Document} page
   * @param {string} selector
   */
  watch(page, selector) {
    this.#page = page;
    this.#selector = selector;
    // What can make a message of an element, and what its writing changes.
    const named = [...selector.matchAll(/\[\s*([\w-]+)/g)].map(([, name]) => String(name));
    this.#observer.disconnect();
    this.#observer.observe(page, {
      childList: true,
      characterData: true,
      attributeFilter: ['aria-busy', 'class', 'id', 'data-markdown', ...named],
      subtree: true,
    });
    this.#scan();
  }

  /** Leaves the page as it was. */
  leave() {
    this.#page = null;
    this.#scanned = false;
    this.#observer.disconnect();
    this.#newcomers.clear();
    for (const speaker of this.speakers.values()) speaker.remove();
    this.speakers.clear();
  }

  /** @param {MutationRecord[]} records */
  #onMutation(records) {
    // Speakers come and go by this very class.
    const changes = records.filter(({ addedNodes, removedNodes }) => {
      const nodes = [...addedNodes, ...removedNodes];
      return nodes.length === 0 || nodes.some((node) => !(node instanceof Element && node.localName === 'saywell-speaker'));
    });
    for (const { target } of changes) this.#newcomers.changed(target);
    const heard = this.#interest.heard();
    if (heard && changes.some(({ target }) => heard.contains(target) || target.contains(heard))) this.#interest.changed(heard);
    if (this.#scanning || !changes.some((change) => this.#matters(change))) return;
    this.#scanning = true;
    const look = () => {
      this.#scanning = false;
      this.#scan();
    };
    // A reply that is being written changes many times a frame; one look per frame is enough.
    if (document.hidden) setTimeout(look, HIDDEN_SCAN_MS);
    else requestAnimationFrame(look);
  }

  /** @param {MutationRecord} change */
  #matters({ type, target, addedNodes, removedNodes }) {
    if (type === 'attributes' && target instanceof Element) {
      return this.#selector !== '' && target.matches(this.#selector) !== this.speakers.has(target);
    }
    return [...addedNodes, ...removedNodes].some((node) => node instanceof Element) || this.#interest.heard()?.contains(target) === true;
  }

  /** Brings the speakers in line with the messages on the page. */
  #scan() {
    if (!this.#page) return;
    const messages = this.#selector ? [...this.#page.querySelectorAll(this.#selector)] : [];
    const present = new Set(messages);
    const fresh = new Set(messages.filter((message) => !this.speakers.has(message)));
    for (const [message, speaker] of this.speakers) {
      if (present.has(message)) continue;
      speaker.remove();
      this.speakers.delete(message);
      this.#newcomers.forget(message);
    }
    this.#meet(messages, fresh);
    this.speakers = new Map(messages.map((message) => [message, this.speakers.get(message) ?? this.#interest.speakerFor(message)]));
    for (const [message, speaker] of this.speakers) {
      const place = message.querySelector('[data-saywell-place]') ?? message;
      if (speaker.parentNode !== place) place.append(speaker);
      if (fresh.has(message)) this.#interest.shown(message, speaker);
    }
    this.#interest.scanned(messages);
  }

  /**
   * Tells replies that have just come from conversations that were loaded, by what came when.
   *
   * @param {Element[]} messages  all, in the page's order
   * @param {Set<Element>} fresh  those not seen before
   */
  #meet(messages, fresh) {
    const known = messages.findLastIndex((message) => this.speakers.has(message));
    const isTalk = this.#scanned && (navigator.userActivation?.hasBeenActive ?? true) && (known >= 0 || fresh.size === 1);
    for (const message of fresh) this.#newcomers.meet(message, nameOf(message), isTalk && messages.indexOf(message) > known);
    this.#scanned = true;
  }
}

/**
 * What tells a message apart, also after the page has rendered it anew.
 *
 * @param {Element | string} message  or its name itself
 * @returns {unknown}
 */
export function nameOf(message) {
  return typeof message === 'string' ? message : (message.getAttribute('data-message-id') ?? message);
}
