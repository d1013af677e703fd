// The assistant's messages on the page, now and later, each with its speaker.

import { Newcomers } from './newcomers.js';
import { isElement } from './parts.js';

/** @typedef {import('./saywell-speaker.js').SaywellSpeaker} SaywellSpeaker */

/** How often a page that nobody sees is looked at. */
const HIDDEN_SCAN_MS = 250;

/**
 * @typedef {object} Interest
 * @property {(message: Element) => SaywellSpeaker} speakerFor
 * @property {(message: Element, speaker: SaywellSpeaker) => void} shown  a speaker has come onto the page
 * @property {() => void} scanned  these are the messages now
 * @property {(message: Element, isTalk: boolean) => void} complete
 *   a reply is complete; whether it came in the course of the conversation
 * @property {(message: Element, isTalk: boolean) => void} grown  a reply that is not complete has changed
 * @property {() => Element | null} heard  the message whose every change matters
 * @property {(changes: MutationRecord[]) => void} changed  it has changed, or what is around it says something else of it
 */

export class Messages {
  /** In the page's order. @type {Map<Element, SaywellSpeaker>} */
  speakers = new Map();
  /** @type {Element | null} */
  newest = null;
  #interest;
  #newcomers;
  #observer = new MutationObserver((changes) => this.#onMutation(changes));
  #selector = '';
  /** Those whose speakers may stand elsewhere by now. @type {Set<Element>} */
  #unplaced = new Set();
  /** Where messages are. @type {Set<Document | ShadowRoot>} */
  #roots = new Set();
  #watching = false;
  /** @type {Map<unknown, Element>} */
  #names = new Map();
  #scanned = false;
  #scanning = false;

  /** @param {Interest} interest */
  constructor(interest) {
    this.#interest = interest;
    this.#newcomers = new Newcomers(interest.complete, undefined, interest.grown);
  }

  /** Whether a message is still being written, as far as anybody knows. @param {Element} message */
  isOpen(message) {
    return this.#newcomers.isOpen(message);
  }

  /** The message of a name. @param {unknown} name @returns {Element | null} */
  named(name) {
    return this.#names.get(name) ?? null;
  }

  /** Finds messages here as well. @param {Document | ShadowRoot} root */
  observe(root) {
    this.#roots.add(root);
    if (this.#watching) this.#observe(root);
    this.#scan();
  }

  /**
   * Begins to look, or looks for something else.
   *
   * @param {Document | ShadowRoot} page
   * @param {string} selector
   */
  watch(page, selector) {
    this.#roots.add(page);
    this.#selector = selector;
    this.#watching = true;
    this.#observer.disconnect();
    for (const root of this.#roots) this.#observe(root);
    this.#scan();
  }

  /** @param {Document | ShadowRoot} root */
  #observe(root) {
    // What can make a message of an element, and what its writing changes.
    const named = [...this.#selector.matchAll(/\[\s*([\w-]+)/g)].map(([, name]) => String(name));
    this.#observer.observe(root, {
      childList: true,
      characterData: true,
      attributeFilter: ['aria-busy', 'class', 'id', 'data-markdown', ...named],
      subtree: true,
    });
  }

  /** Leaves the page as it was. */
  leave() {
    this.#watching = false;
    this.#roots.clear();
    this.#scanned = false;
    this.#observer.disconnect();
    this.#newcomers.clear();
    for (const speaker of this.speakers.values()) speaker.remove();
    this.speakers.clear();
    this.newest = null;
  }

  /** @param {MutationRecord[]} records */
  #onMutation(records) {
    this.#putBack(records);
    // Speakers come and go by this very class.
    const changes = records.filter(({ addedNodes, removedNodes }) => {
      const nodes = [...addedNodes, ...removedNodes];
      return nodes.length === 0 || nodes.some((node) => /** @type {Element} */ (node).localName !== 'saywell-speaker');
    });
    if (changes.length === 0) return;
    this.#newcomers.changed(...new Set(changes.map(({ target }) => target)));
    const heard = this.#interest.heard();
    for (const message of new Set([heard, this.newest])) {
      if (message && changes.some(({ target }) => message.contains(target))) this.#newcomers.reopen(message, message === heard);
    }
    const own = heard ? changes.filter(({ type, target }) => heard.contains(target) || (type === 'attributes' && target.contains(heard))) : [];
    if (own.length > 0) this.#interest.changed(own);
    // Each is looked at: they may be of different messages.
    if (changes.filter((change) => this.#matters(change)).length === 0 || this.#scanning) return;
    this.#scanning = true;
    const look = () => {
      this.#scanning = false;
      this.#scan();
    };
    // A reply that is being written changes many times a frame; one look per frame is enough.
    if (document.hidden) setTimeout(look, HIDDEN_SCAN_MS);
    else requestAnimationFrame(look);
  }

  /**
   * A page that writes all of a message anew has taken its speaker away with the rest: it is back before
   * that is seen.
   *
   * @param {MutationRecord[]} records
   */
  #putBack(records) {
    for (const { target, removedNodes } of records) {
      for (const node of removedNodes) {
        const { message = null } = /** @type {Partial<SaywellSpeaker>} */ (node);
        if (!message?.contains(target) || node.isConnected || this.speakers.get(message) !== node || !target.isConnected) continue;
        target.appendChild(node);
        /** @type {SaywellSpeaker} */ (node).takeBackFocus();
      }
    }
  }

  /** Whether there may be other messages now, or other places for their speakers. @param {MutationRecord} change */
  #matters({ type, target, addedNodes, removedNodes }) {
    if (type === 'attributes' && isElement(target)) {
      return this.#selector !== '' && target.matches(this.#selector) !== this.speakers.has(target);
    }
    // What was put back has not gone.
    const nodes = [...addedNodes, ...[...removedNodes].filter((node) => !node.isConnected)].filter(isElement);
    const message = nodes.length > 0 && this.#messageAround(target);
    if (!message) return nodes.length > 0;
    // The words of a message come and go, and say nothing of the others.
    const telling = `${this.#selector}, saywell-speaker, [data-saywell-place]`;
    if (!this.#selector.includes(':has(') && message.matches(this.#selector) && !nodes.some((node) => node.matches(telling) || node.querySelector(telling))) return false;
    this.#unplaced.add(message);
    return true;
  }

  /** The known message that something is part of. @param {Node | null} node @returns {Element | null} */
  #messageAround(node) {
    for (let at = node; at; at = at.parentNode) if (isElement(at) && this.speakers.has(at)) return at;
    return null;
  }

  /** Brings the speakers in line with the messages on the page. */
  #scan() {
    if (!this.#watching) return;
    const roots = [...this.#roots];
    const messages = this.#selector ? roots.flatMap((root) => [...root.querySelectorAll(this.#selector)]) : [];
    // Copies of speakers, as of a page that was kept and put back, are dead.
    for (const root of roots) for (const copy of root.querySelectorAll('saywell-speaker')) if (!(/** @type {SaywellSpeaker} */ (copy).player)) copy.remove();
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
    this.newest = messages.at(-1) ?? null;
    this.#names = new Map(messages.map((message) => [nameOf(message), message]));
    // Looked at first and changed then, so that the page is laid out once.
    const places = [...this.speakers]
      .filter(([message, speaker]) => !message.contains(speaker) || this.#unplaced.has(message))
      .map(([message, speaker]) => /** @type {const} */ ([message, speaker, placeFor(message, speaker)]));
    this.#unplaced.clear();
    for (const [message, speaker, place] of places) {
      if (speaker.parentNode !== place) {
        place.append(speaker);
        speaker.toggleAttribute('icon', speaker.hasAttribute('icon') || place.getAttribute('data-saywell-place') === 'icon');
      }
      if (fresh.has(message)) this.#interest.shown(message, speaker);
    }
    this.#interest.scanned();
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
 * Where in a message its speaker goes: where the page says, else where it is laid out as text is.
 *
 * @param {Element} message
 * @param {SaywellSpeaker} speaker
 * @returns {Element}
 */
function placeFor(message, speaker) {
  const said = message.querySelector('[data-saywell-place]');
  if (said) return said;
  const { parentElement } = speaker;
  if (parentElement && message.contains(parentElement)) return parentElement;
  let place = message;
  for (let depth = 0; depth < 4; depth += 1) {
    const { display, flexDirection } = getComputedStyle(place);
    const isRow = /flex/.test(display) && !flexDirection.startsWith('column');
    if (!isRow && !/grid|table(?!-cell|-caption)/.test(display)) break;
    // The column that holds the words, beside avatars and times.
    const [body] = [...place.children].filter((child) => !child.matches('saywell-speaker, img, svg, button')).sort((a, b) => (b.textContent ?? '').length - (a.textContent ?? '').length);
    if (!body) break;
    place = body;
  }
  return place;
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
