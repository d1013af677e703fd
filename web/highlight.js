// Marks the spoken sentence and word in the message itself, through the CSS Custom Highlight API:
// nothing is added to the page's own nodes. Engines without it show no marks.

import { captionAt } from './player-store.js';

/** @typedef {import('./player-store.js').PlayerState} PlayerState */
/** @typedef {import('./player-store.js').Caption} Caption */

/** A piece of the message's text and the bytes of the reply it comes from. */
/** @typedef {{ node: Text, start: number, end: number, from: number, to: number }} Piece */

const SENTENCE = 'saywell-sentence';
const WORD = 'saywell-word';

/** How far ahead in the reply a piece of the page's text is looked for: markup, link targets. */
const LOOK_AHEAD = 400;

export class Highlighter {
  /** @type {Piece[]} */
  #pieces = [];
  #shown = '';

  static get supported() {
    return 'highlights' in CSS && 'adoptedStyleSheets' in Document.prototype;
  }

  /**
   * Begins with a message. The reply is what was sent to be spoken: captions count in its bytes.
   *
   * @param {Element} message
   * @param {string} reply
   */
  follow(message, reply) {
    this.clear();
    if (!Highlighter.supported) return;
    adoptStyle(message.ownerDocument);
    this.#pieces = align(message, reply);
  }

  /** @param {Readonly<PlayerState>} state */
  show({ status, position, captions }) {
    if (this.#pieces.length === 0) return;
    const heard = status === 'playing' || status === 'loading' || status === 'paused';
    const sentence = heard ? captionAt(captions.utterances, position) : -1;
    const word = heard ? captionAt(captions.words, position) : -1;
    const shown = `${sentence}/${word}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#mark(SENTENCE, captions.utterances[sentence]);
    this.#mark(WORD, captions.words[word]);
  }

  clear() {
    this.#pieces = [];
    this.#shown = '';
    if (!Highlighter.supported) return;
    CSS.highlights.delete(SENTENCE);
    CSS.highlights.delete(WORD);
  }

  /**
   * @param {string} name
   * @param {Caption | undefined} caption
   */
  #mark(name, caption) {
    const range = caption ? rangeOf(this.#pieces, caption.source) : null;
    if (range) CSS.highlights.set(name, new Highlight(range));
    else CSS.highlights.delete(name);
  }
}

/**
 * Finds where in the reply each piece of the message's text comes from. The reply's Markdown holds
 * the page's text in its order with markup in between, so each piece is the next place it occurs.
 * What a renderer has changed is found nowhere near and stays unmarked.
 *
 * @param {Element} message
 * @param {string} reply
 * @returns {Piece[]}
 */
export function align(message, reply) {
  const walker = message.ownerDocument.createTreeWalker(message, NodeFilter.SHOW_TEXT);
  const encoder = new TextEncoder();
  /** @type {Piece[]} */
  const pieces = [];
  let at = 0; // how far the reply is used up, in UTF-16 units
  let bytes = 0; // and the same in bytes
  for (let node = walker.nextNode(); node instanceof Text; node = walker.nextNode()) {
    for (const { 0: text, index } of node.data.matchAll(/\S+/g)) {
      const found = reply.slice(at, at + LOOK_AHEAD + text.length).indexOf(text);
      if (found < 0) continue;
      const from = bytes + encoder.encode(reply.slice(at, at + found)).length;
      const to = from + encoder.encode(text).length;
      pieces.push({ node, start: index, end: index + text.length, from, to });
      at += found + text.length;
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
  const range = new Range();
  range.setStart(first.node, first.start);
  range.setEnd(last.node, last.end);
  return range;
}

/** @type {CSSStyleSheet | null} */
let style = null;

/** @param {Document} page */
function adoptStyle(page) {
  if (!style) {
    style = new CSSStyleSheet();
    style.replaceSync(`
      ::highlight(${SENTENCE}) { background-color: var(--saywell-sentence, rgb(120 140 255 / .14)); }
      ::highlight(${WORD}) { background-color: var(--saywell-word, rgb(120 140 255 / .38)); }
    `);
  }
  if (!page.adoptedStyleSheets.includes(style)) page.adoptedStyleSheets = [...page.adoptedStyleSheets, style];
}
