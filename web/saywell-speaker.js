// The speaker on one message: a button, which opens into controls (controls.js) while its message is
// heard. It shows a state and passes on what the listener wants; it decides nothing.

import { draw, icon, make, setAttribute, setText } from './parts.js';
import { isActive } from './player-store.js';
import { speakerStyle } from './styles.js';
import { ENGLISH } from './strings.js';

/** @typedef {import('./player-store.js').PlayerState} PlayerState */
/** @typedef {import('./strings.js').Strings} Strings */
/** @typedef {import('./preferences.js').Choices} Choices */

/**
 * Who does what the listener asks for.
 *
 * @typedef {import('./saywell-player.js').SaywellPlayer} Player
 */

/** On a server there are no elements. */
const Base = globalThis.HTMLElement ?? /** @type {typeof HTMLElement} */ (/** @type {unknown} */ (class {}));
/** How much of a message names its button. */
const TITLE_LENGTH = 60;
/** Trying the same again cannot mend these. */
export const HOPELESS = ['nothing_to_say', 'text_too_long', 'language_unsupported', 'invalid_request'];

export class SaywellSpeaker extends Base {
  /** What the controls are made by, once it has been loaded. @type {typeof import('./controls.js').Controls | null} */
  static Controls = null;
  /** And what tells of problems. @type {typeof import('./told.js').Told | null} */
  static Told = null;

  /** @type {Player | null} */
  player = null;
  /** The message that this one belongs to. @type {Element | null} */
  message = null;
  /** @type {Strings} */
  strings = ENGLISH;

  #icon = icon('speaker');
  #label = make('span', { className: 'label' });
  #main = make('button', { type: 'button', className: 'main', part: 'button' }, this.#icon, this.#label);
  #bar = make('div', { className: 'bar', part: 'bar' }, this.#main);
  /** What is told, once there has been something. @type {import('./told.js').Told | null} */
  #told = null;
  /** @type {import('./controls.js').Controls | null} */
  #controls = null;
  /** @type {Readonly<Choices> | null} */
  #chosen = null;
  /** What has the keyboard. @type {EventTarget | null} */
  #focused = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [speakerStyle];
    root.append(make('div', { className: 'row' }, this.#bar));
    this.#main.addEventListener('click', ({ shiftKey }) => this.#press(shiftKey));
    // Not every engine tells a click by the keyboard what else is pressed.
    this.#main.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !event.shiftKey) return;
      event.preventDefault();
      this.#press(true);
    });
    root.addEventListener('focusin', ({ target }) => (this.#focused = target));
    // What is taken off the page loses it as well, and may come back.
    root.addEventListener('focusout', () => queueMicrotask(() => this.isConnected && !root.activeElement && (this.#focused = null)));
    // Whoever comes near may be about to press.
    for (const type of ['pointerenter', 'focus']) this.#main.addEventListener(type, () => void this.player?.load().catch(() => {}), { once: true });
  }

  /** The page took it away, and the keyboard with it; now it is back. */
  takeBackFocus() {
    if (this.#focused instanceof HTMLElement) this.#focused.focus({ preventScroll: true });
  }

  connectedCallback() {
    if (!this.#label.textContent) this.show(null);
  }

  disconnectedCallback() {
    this.#told?.leave();
  }

  /**
   * @param {Readonly<PlayerState> | null} state  null while another message, or none, is heard
   * @param {Readonly<Choices> | null} [choices]
   */
  show(state, choices = this.#chosen) {
    const { strings } = this;
    this.#chosen = choices;
    const status = state?.status ?? 'idle';
    const active = state !== null && (isActive(state) || status === 'paused' || status === 'blocked');
    const hopeless = HOPELESS.includes(state?.failure?.code ?? '');
    const [label, picture] = this.#face(hopeless ? 'idle' : status, (state?.rendition?.continuesAt ?? null) !== null);
    if (this.hasAttribute('active') !== active) this.toggleAttribute('active', active);
    setAttribute(this, 'status', status);
    setText(this.#label, label);
    // Without what tells of problems, which could not be loaded, the button does.
    const trouble = state?.failure && !SaywellSpeaker.Told ? strings.errors.unreachable : '';
    const title = trouble || (active || this.hasAttribute('icon') ? label : '');
    if (this.#main.title !== title) this.#main.title = title;
    const name = trouble || (active ? label : `${label}: ${this.#title()}`);
    setAttribute(this.#main, 'aria-label', name);
    draw(this.#icon, picture);
    this.#icon.classList.toggle('spinner', picture === 'loading');
    setAttribute(this.#main, 'aria-busy', String(status === 'loading'));

    const { Controls } = SaywellSpeaker;
    if (active && Controls && !this.hasAttribute('tight')) this.#controls ??= new Controls(this, this.#bar);
    if (this.#controls) {
      this.#keepFocus(active);
      this.#controls.show(state, active && !this.hasAttribute('tight'), choices);
    }
    const { Told } = SaywellSpeaker;
    if (Told && (state?.by === 'browser' || status === 'blocked' || status === 'waiting')) this.#told ??= new Told(this.#bar, (held) => this.#hold(held));
    this.#told?.note(state, active, strings);
    this.tell(state?.failure ?? null);
  }

  /**
   * Says what went wrong.
   *
   * @param {import('./player-store.js').Failure | null} failure
   */
  tell(failure) {
    const { Told } = SaywellSpeaker;
    if (failure && Told) this.#told ??= new Told(this.#bar, (held) => this.#hold(held));
    this.#told?.tell(failure, this.strings);
  }

  /**
   * Puts the keyboard on the speaker button.
   *
   * @override
   */
  focus() {
    this.#main.focus();
  }

  /** @param {boolean} queued  whether it is to be heard next, and not now */
  #press(queued) {
    // A count-down holds the press, and what cannot be mended is not tried again.
    if (this.#main.getAttribute('aria-disabled') === 'true') return;
    if (queued && this.message) this.player?.queue(this.message);
    else this.player?.toggle(this.message);
  }

  /** What the message says, in some words. */
  #title() {
    const text = (this.message?.textContent ?? '').slice(0, 4 * TITLE_LENGTH).replace(/\s+/g, ' ').trim();
    return text.length <= TITLE_LENGTH ? text : `${text.slice(0, TITLE_LENGTH).replace(/\s\S*$/, '')}…`;
  }

  /** Whether a press does nothing. @param {boolean} held */
  #hold(held) {
    if (held) this.#main.setAttribute('aria-disabled', 'true');
    else this.#main.removeAttribute('aria-disabled');
  }

  /**
   * @param {PlayerState['status']} status
   * @param {boolean} goesOn  whether there is more of the reply than was heard
   * @returns {[string, string]}
   */
  #face(status, goesOn) {
    const { strings } = this;
    switch (status) {
      case 'idle':
        return [strings.listen, 'speaker'];
      case 'loading':
      case 'waiting':
        return [strings.pause, 'loading'];
      case 'playing':
        return [strings.pause, 'pause'];
      case 'paused':
        return [strings.resume, 'play'];
      case 'blocked':
        return [strings.tapToHear, 'play'];
      case 'ended':
        return goesOn ? [strings.goOn, 'play'] : [strings.again, 'again'];
      case 'failed':
        return [strings.retry, 'again'];
    }
  }

  /**
   * What is about to be hidden must not take the keyboard with it.
   *
   * @param {boolean} active
   */
  #keepFocus(active) {
    const focused = this.shadowRoot?.activeElement ?? null;
    if (!active && focused && focused !== this.#main) this.#main.focus();
  }
}
