// Marks the spoken sentence and word in the message itself, through the CSS Custom Highlight API: nothing
// is added to the page's own nodes. Where an engine has none, what is read is kept in view without marks.

import { byteLength, captionAt } from './captions.js';
import { isText } from './parts.js';
import { isActive } from './player-store.js';
import { pageStyle } from './player-styles.js';
import { sentencesOf } from './true-sentences.js';

/** @typedef {import('./player-store.js').PlayerState} PlayerState */
/** @typedef {import('./player-store.js').Caption} Caption */

/** A piece of the message's text and the bytes of the reply it comes from. */
/** `until`: where it ends in the reply, in UTF-16 units. @typedef {{ node: Text, start: number, end: number, from: number, to: number, until: number }} Piece */

const SENTENCE = 'saywell-sentence';
const WORD = 'saywell-word';

/** How far ahead in the reply a piece of the page's text is looked for: markup, link targets. */
const LOOK_AHEAD = 400;
/** How long scrolling that this module began may take, and how far astray it may go meanwhile, in pixels. */
const OWN_SCROLL_MS = 1200;
const ASTRAY = 16;
/** How far beside a word it is still hit, in pixels. */
const NEARLY = 4;

export class Highlighter {
  /** @type {Piece[]} */
  #pieces = [];
  /** @type {Element | null} */
  #message = null;
  /** What captions count in the bytes of. */
  reply = '';
  /** Whether something that is marked may be gone, or stand elsewhere. */
  #torn = false;
  #shown = '';
  /** The sentence that is read, as the page has it. @type {Range | null} */
  #range = null;
  #marker = new Painter();
  #scroller = new Scroller();

  /**
   * Begins with a message, or goes on with one that has grown. The reply is what was sent to be spoken: captions
   * count in its bytes.
   *
   * @param {Element} message
   * @param {string} reply
   */
  follow(message, reply) {
    if (message !== this.#message || this.#torn || !reply.startsWith(this.reply)) this.clear();
    const root = message.getRootNode();
    if ('adoptedStyleSheets' in root) this.#marker.prepare(/** @type {Document | ShadowRoot} */ (root));
    this.#scroller.watch(viewOf(message));
    this.#message = message;
    this.#shown = '';
    this.reply = reply;
    this.#pieces = align(message, reply, this.#pieces);
  }

  /** What is marked has changed on the page. @param {MutationRecord[]} changes */
  see(changes) {
    const last = this.#pieces.at(-1)?.node;
    const isAfter = (/** @type {Node} */ node) => !last || (last.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
    this.#torn ||= changes.some(({ type, target, addedNodes, removedNodes }) => removedNodes.length > 0 || ![...addedNodes].every(isAfter) || (type === 'characterData' && target !== last && !isAfter(target)));
  }

  /** @param {Readonly<PlayerState>} state */
  show({ status, position, captions }) {
    if (this.#pieces.length === 0) return;
    const heard = isActive({ status }) || status === 'paused';
    const sentences = sentencesOf(captions);
    const sentence = heard ? captionAt(sentences, position) : -1;
    const word = heard ? captionAt(captions.words, position) : -1;
    const shown = `${sentence}/${word}/${sentences[sentence]?.source[1]}`;
    if (shown !== this.#shown) {
      const isNext = !this.#shown.startsWith(`${sentence}/`);
      this.#shown = shown;
      this.#range = this.#mark(SENTENCE, sentences[sentence]);
      this.#mark(WORD, captions.words[word]);
      if (this.#range && isNext && status === 'playing') this.#scroller.bring(this.#range);
    }
  }

  /**
   * The byte of the reply that is shown where the pointer is, or null.
   *
   * @param {MouseEvent} event
   * @param {Element} message  for when nothing is marked
   * @param {string} reply
   */
  byteAt(event, message, reply) {
    const pieces = this.#pieces.length > 0 ? this.#pieces : align(message, reply);
    const target = /** @type {Node} */ (event.composedPath()[0] ?? message);
    const { clientX: x, clientY: y } = event;
    // Carets at a point differ from engine to engine, and are not told of what stands in a shadow root.
    const isHit = (/** @type {DOMRect} */ { left, right, top, bottom }) => left - NEARLY <= x && x <= right + NEARLY && top <= y && y <= bottom;
    return pieces.find(({ node, start, end }) => target.contains(node) && [...rangeFrom(node, start, node, end).getClientRects()].some(isHit))?.from ?? null;
  }

  /** What is read, where it is marked. */
  get range() {
    return this.#range?.startContainer.isConnected ? this.#range : null;
  }

  /** From here on, what is read is kept in view. */
  followAgain() {
    this.#scroller.follows = true;
    this.#shown = '';
  }

  /** Whether the page has replaced what was marked. */
  get isStale() {
    return this.#torn && this.#pieces.some(({ node }) => !node.isConnected);
  }

  clear() {
    this.#pieces = [];
    this.#message = null;
    this.#torn = false;
    this.reply = '';
    this.#shown = '';
    this.#range = null;
    this.#marker.set(SENTENCE, null);
    this.#marker.set(WORD, null);
  }

  /**
   * @param {string} name
   * @param {Caption | undefined} caption
   */
  #mark(name, caption) {
    const range = caption ? rangeOf(this.#pieces, caption.source) : null;
    this.#marker.set(name, range);
    return range;
  }
}

/** Marks through the CSS Custom Highlight API. */
class Painter {
  /** What marks each, which belongs to the window it stands in. @type {Map<string, typeof globalThis>} */
  #views = new Map();
  /** @param {Document | ShadowRoot} page */
  prepare(page) {
    const sheet = pageStyle(page.ownerDocument ?? /** @type {Document} */ (page));
    if (!page.adoptedStyleSheets.includes(sheet)) page.adoptedStyleSheets = [...page.adoptedStyleSheets, sheet];
  }

  /**
   * @param {string} name
   * @param {Range | null} range
   */
  set(name, range) {
    const view = range && viewOf(range.startContainer);
    if (!CSS.highlights) return;
    const before = this.#views.get(name);
    if (before !== view) before?.CSS.highlights.delete(name);
    if (view) {
      view.CSS.highlights.set(name, new view.Highlight(range));
      this.#views.set(name, view);
    } else this.#views.delete(name);
  }
}

/**
 * Brings what is spoken into view, gently, until the reader scrolls, by whatever means: from then on they
 * look elsewhere, and are left there until they ask to be taken back.
 */
class Scroller {
  follows = true;
  /** Where it scrolls by itself, which is nearer with every step. */
  #own = { until: -Infinity, frame: document.documentElement, to: 0, left: 0 };
  /** @type {WeakSet<typeof globalThis>} */
  #watched = new WeakSet();

  /** Sees what readers do in a window. @param {typeof globalThis} view */
  watch(view) {
    if (this.#watched.has(view)) return;
    this.#watched.add(view);
    const options = { passive: true, capture: true };
    for (const type of ['wheel', 'touchmove']) view.addEventListener(type, () => (this.follows = false), options);
    // Keys, the scroll bar, find in page, links, the application itself.
    view.addEventListener('scroll', () => this.#isOwn() || (this.follows = false), options);
  }

  /** Whether it is this that scrolls: a reader soon goes elsewhere. */
  #isOwn() {
    const { until, frame, to, left } = this.#own;
    const now = Math.abs(to - frame.scrollTop);
    this.#own.left = Math.min(now, left);
    return performance.now() < until && now < left + ASTRAY;
  }

  /** @param {Range} range */
  bring(range) {
    const element = range.startContainer.parentElement;
    if (!element || !this.follows) return;
    const box = range.getBoundingClientRect();
    const { frame, view } = frameOf(element);
    const margin = (view.bottom - view.top) * 0.15;
    if (box.top >= view.top + margin / 2 && box.bottom <= view.bottom - margin) return;
    const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth';
    const way = box.top - view.top - 2 * margin;
    this.#own = { until: performance.now() + OWN_SCROLL_MS, frame, to: frame.scrollTop + way, left: Math.abs(way) };
    frame.scrollBy({ top: way, behavior });
  }
}

/**
 * Whether any of it is in view.
 *
 * @param {Range | Element} place
 * @param {number} floor  where the window ends, from its top in pixels
 */
export function isInView(place, floor) {
  const element = 'startContainer' in place ? place.startContainer.parentElement : place;
  if (!element) return false;
  const box = place.getBoundingClientRect();
  const { view } = frameOf(element);
  return box.height > 0 && box.bottom > view.top && box.top < Math.min(view.bottom, floor);
}

/** What scrolls an element, and the part of the window that it takes. @param {Element} element */
function frameOf(element) {
  const page = element.ownerDocument;
  const whole = /** @type {HTMLElement} */ (page.scrollingElement ?? page.documentElement);
  for (let at = element.parentElement; at && at !== whole; at = at.parentElement) {
    if (at.scrollHeight > at.clientHeight && /auto|scroll/.test(getComputedStyle(at).overflowY)) return { frame: at, view: at.getBoundingClientRect() };
  }
  return { frame: whole, view: { top: 0, bottom: viewOf(element).innerHeight } };
}

/** The window that something stands in. @param {Node} node */
const viewOf = (node) => /** @type {typeof globalThis} */ (node.ownerDocument?.defaultView ?? globalThis);

/**
 * Finds where in the reply each piece of the message's text comes from. The reply's Markdown holds
 * the page's text in its order with markup in between, so each piece is the next place it occurs.
 * What a renderer has changed is found nowhere near and stays unmarked.
 *
 * @param {Element} message
 * @param {string} reply
 * @param {Piece[]} [known]  of the reply's beginning, as it was then; of the last node there may be more by now
 * @returns {Piece[]}
 */
export function align(message, reply, known = []) {
  const walker = message.ownerDocument.createTreeWalker(message, NodeFilter.SHOW_TEXT);
  const last = known.at(-1)?.node;
  const pieces = known.filter(({ node }) => node !== last);
  // How far the reply is used up, in UTF-16 units and in bytes.
  let { until: at, to: bytes } = pieces.at(-1) ?? { until: 0, to: 0 };
  if (last) walker.currentNode = last;
  for (let node = last ?? walker.nextNode(); isText(node); node = walker.nextNode()) {
    for (const { 0: text, index } of node.data.matchAll(/\S+/g)) {
      const found = reply.slice(at, at + LOOK_AHEAD + text.length).indexOf(text);
      if (found < 0) continue;
      const from = bytes + byteLength(reply.slice(at, at + found));
      const to = from + byteLength(text);
      at += found + text.length;
      pieces.push({ node, start: index, end: index + text.length, from, to, until: at });
      bytes = to;
    }
  }
  return pieces;
}

/**
 * The page's range for some bytes of the reply.
 *
 * @param {Piece[]} pieces
 * @param {readonly [number, number]} source
 * @returns {Range | null}
 */
function rangeOf(pieces, [from, to]) {
  const spoken = pieces.filter((piece) => piece.to > from && piece.from < to && piece.node.isConnected);
  const [first, last] = [spoken[0], spoken.at(-1)];
  if (!first || !last) return null;
  return rangeFrom(first.node, first.start, last.node, last.end);
}

/** @param {Text} first @param {number} start @param {Text} last @param {number} end */
function rangeFrom(first, start, last, end) {
  const range = first.ownerDocument.createRange();
  range.setStart(first, start);
  range.setEnd(last, end);
  return range;
}
