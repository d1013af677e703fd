// The texts of messages: as the page writes them to the player, as it gives them, or as it draws them.

import { Drawing } from './drawing.js';
import { drawnText, givenText } from './message-text.js';
import { nameOf } from './messages.js';
import { settled } from './sentences.js';
import { Written } from './written.js';

/** How many replies that the page wrote by `write` are remembered. */
const DRAFTS = 100;

export class Texts {
  #textOf;
  #isOpen;
  /** What the page writes, by the messages' names. @type {Map<unknown, Written>} */
  #drafts = new Map();
  /** The one that is drawn at present. @type {Drawing | null} */
  #drawing = null;

  /**
   * @param {(message: Element) => string | null} textOf  what the page says of a message, else null
   * @param {(message: Element) => boolean} isOpen  whether a message is still being written
   */
  constructor(textOf, isOpen) {
    this.#textOf = textOf;
    this.#isOpen = isOpen;
  }

  /** What the page has written of a message, if it does. @param {unknown} name */
  draft(name) {
    return this.#drafts.get(name) ?? null;
  }

  /** The page begins to write a message. @param {unknown} name */
  begin(name) {
    const written = new Written();
    this.#drafts.set(name, written);
    for (const oldest of this.#drafts.keys()) {
      if (this.#drafts.size <= DRAFTS) break;
      this.#drafts.delete(oldest);
    }
    return written;
  }

  /** A message's text, as far as it is there. @param {Element} message */
  of(message) {
    return this.draft(nameOf(message))?.text ?? this.#given(message) ?? this.#drawn(message);
  }

  /** A message's text as it grows. @param {unknown} name @param {Element | null} message */
  written(name, message) {
    const draft = this.draft(name);
    if (draft) return draft;
    const written = new Written();
    if (message) this.read(message, written);
    return written;
  }

  /**
   * Brings a text up to date with the page.
   *
   * @param {Element} message
   * @param {Written} written
   * @returns {boolean}  whether it was at hand, and did not have to be gathered from what is drawn
   */
  read(message, written) {
    const given = this.#given(message);
    const isOpen = this.#isOpen(message);
    const text = given ?? this.#drawn(message);
    // What a renderer is still drawing may yet be drawn otherwise; what the model wrote stays.
    const sure = given === null && isOpen ? settled(text) : text;
    // What counted as complete before, and still stands there, is not taken back.
    const stands = written.text.startsWith(sure) && text.startsWith(written.text);
    written.set(stands ? written.text : sure, !isOpen);
    return given !== null;
  }

  /** What the page shows: as long as it is being written, by what has changed of it. @param {Element} message */
  #drawn(message) {
    const isOpen = this.#isOpen(message);
    if (this.#drawing && (this.#drawing.message === message) !== isOpen) {
      this.#drawing.leave();
      this.#drawing = null;
    }
    if (!isOpen) return drawnText(message);
    this.#drawing ??= new Drawing(message);
    return this.#drawing.text;
  }

  /** @param {Element} message */
  #given(message) {
    return this.#textOf(message) ?? givenText(message);
  }
}
