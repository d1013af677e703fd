// A message that is read again and again while it is written: only what has changed since is looked at.

import { EVERYTHING, markdownOf, tidy } from './message-text.js';
import { isElement } from './parts.js';

/**
 * What an element said: all of it, unless something in it has changed since; and what stands in it up to a node,
 * none of which has.
 *
 * @typedef {{ whole: string | null, upTo: Node | null, before: string }} Kept
 */

/** How many nodes at an element's end are likely to change with what is written next: the last block, and what stands behind it. */
const OPEN_END = 2;

export class Drawing {
  message;
  /** @type {WeakMap<Node, Kept>} */
  #kept = new WeakMap();
  /** What `before` holds the text of. @type {WeakSet<Node>} */
  #laid = new WeakSet();
  /** Whether what is read at present changes only by what the observer tells of. */
  #lasts = true;
  #observer = new MutationObserver((records) => this.#forget(records));
  /** @type {import('./message-text.js').Reader} */
  #reader = { inner: (element) => this.#inner(element), varies: () => (this.#lasts = false) };

  /** @param {Element} message */
  constructor(message) {
    this.message = message;
    this.#observer.observe(message, { childList: true, characterData: true, attributes: true, subtree: true });
  }

  /** The reply as the page shows it now. */
  get text() {
    this.#forget(this.#observer.takeRecords());
    return tidy(this.#of(this.message));
  }

  leave() {
    this.#observer.disconnect();
  }

  /** @param {Node} node @returns {string} */
  #of(node) {
    const known = this.#kept.get(node)?.whole;
    if (typeof known === 'string') return known;
    const around = this.#lasts;
    this.#lasts = true;
    const whole = markdownOf(node, this.#reader);
    if (this.#lasts && isElement(node)) this.#keptOf(node).whole = whole;
    this.#lasts &&= around;
    return whole;
  }

  /** @param {Element} element @returns {string} */
  #inner(element) {
    if (element.shadowRoot || element.localName === 'slot') {
      // Nobody tells when the nodes of a component change.
      this.#lasts = false;
      return EVERYTHING.inner(element);
    }
    const kept = this.#keptOf(element);
    /** @type {[Node, string][]} */
    const open = [];
    for (let node = kept.upTo ? kept.upTo.nextSibling : element.firstChild; node; node = node.nextSibling) {
      open.push([node, this.#of(node)]);
      if (!this.#lasts || open.length <= OPEN_END) continue;
      const [upTo, text] = /** @type {[Node, string]} */ (open.shift());
      this.#laid.add(upTo);
      Object.assign(kept, { upTo, before: kept.before + text });
    }
    return kept.before + open.map(([, text]) => text).join('');
  }

  /** @param {Node} node @returns {Kept} */
  #keptOf(node) {
    const kept = this.#kept.get(node) ?? { whole: null, upTo: null, before: '' };
    this.#kept.set(node, kept);
    return kept;
  }

  /** @param {MutationRecord[]} records */
  #forget(records) {
    for (const { type, target, addedNodes, removedNodes, nextSibling } of records) {
      for (const node of addedNodes) this.#kept.delete(node);
      // What is in it may be seen now, or be no more; and a row may be its table's first now, or no more.
      const within = isElement(target) && (type === 'attributes' ? target : target.closest('table'));
      if (within) for (const node of [within, ...within.querySelectorAll('*')]) this.#kept.delete(node);
      this.#reread(target, nextSibling, ...removedNodes);
      for (let node = target; node !== this.message && node.parentNode; node = node.parentNode) this.#reread(node.parentNode, node);
    }
  }

  /** Something in an element has changed: these of its nodes, or what stood before them. @param {Node} element @param {...(Node | null)} nodes */
  #reread(element, ...nodes) {
    const kept = this.#kept.get(element);
    if (!kept) return;
    kept.whole = null;
    if (nodes.some((node) => node && this.#laid.has(node))) Object.assign(kept, { upTo: null, before: '' });
  }
}
