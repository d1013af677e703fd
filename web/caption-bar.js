// The spoken sentence in large letters at the foot of the page, for those who want it. Assistive
// technology has the message itself, and is not told twice.

import { captionAt } from './captions.js';
import { make } from './parts.js';
import { isActive } from './player-store.js';
import { sentencesOf } from './true-sentences.js';

/** @typedef {import('./player-store.js').PlayerState} PlayerState */

export class CaptionBar {
  #bar = make('div', { className: 'captions', part: 'captions', ariaHidden: 'true', dir: 'auto', hidden: true });
  #shown = '';

  /** @param {Element} root */
  constructor(root) {
    root.append(this.#bar);
  }

  /**
   * @param {Readonly<PlayerState>} state
   * @param {boolean} wanted
   */
  show({ status, position, captions }, wanted) {
    const heard = wanted && (isActive({ status }) || status === 'paused');
    const { words } = captions;
    const sentences = sentencesOf(captions);
    const sentence = heard ? captionAt(sentences, position) : -1;
    const word = heard ? captionAt(words, position) : -1;
    const shown = `${sentence}/${word}/${sentences[sentence]?.text.length}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    const spoken = sentences[sentence];
    this.#bar.hidden = !spoken;
    if (!spoken) return;
    // Where the word stands in its sentence: after those before it.
    const own = words.filter(({ start }, index) => start >= spoken.start && index <= word);
    let [from, to] = [0, 0];
    for (const { text } of own) {
      const found = spoken.text.indexOf(text, to);
      if (found >= 0) [from, to] = [found, found + text.length];
    }
    const mark = make('b', { textContent: spoken.text.slice(from, to) });
    this.#bar.replaceChildren(spoken.text.slice(0, from), mark, spoken.text.slice(to));
    // Where there is room for two lines, they are that of the word and the next.
    const line = parseFloat(getComputedStyle(this.#bar).lineHeight) || 1;
    this.#bar.scrollTop = Math.floor(mark.offsetTop / line) * line;
  }
}
