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
/** What is no part of what the message says, whether it is seen or not. */
export const UNSPOKEN =
  'script,style,noscript,template,button,input,select,textarea,svg,canvas,audio,video,iframe,time,saywell-speaker,[hidden],[aria-hidden="true"],[inert],[data-saywell-skip],[role=button],[role=toolbar],[role=tooltip],details:not([open]),[rel=author],[itemprop=author],.author,.sr-only,.visually-hidden,.screen-reader-text';
/** Elements that do not end a word. */
const INLINE = 'a,b,code,em,i,mark,span,strong';
/** How much of a message names its button. */
const TITLE_LENGTH = 60;
/** Trying the same again cannot mend these: it is what the reply says. */
export const HOPELESS = ['nothing_to_say', 'text_too_long', 'language_unsupported', 'invalid_request'];
/** Nor these, unless the gateway says when; but the listener may mend them, by signing in. */
const REFUSED = ['quota_exceeded', 'trial_exhausted', 'forbidden'];

export class SaywellSpeaker extends Base {
  /** What the controls are made by, once it has been loaded. @type {typeof import('./controls.js').Controls | null} */
  static Controls = null;
  /** And what tells of problems. @type {typeof import('./controls.js').Told | null} */
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
  /** What is told, once there has been something. @type {import('./controls.js').Told | null} */
  #told = null;
  /** @type {import('./controls.js').Controls | null} */
  #controls = null;
  /** @type {Readonly<Choices> | null} */
  #chosen = null;
  /** What has the keyboard. @type {EventTarget | null} */
  #focused = null;
  /** How the message begins, and which one that is. */
  #title = '';
  /** @type {Element | null} */
  #titled = null;
  /** @type {import('./styles.js').Look[]} */
  #looks = [];

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    this.wear(speakerStyle);
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

  /** It stands in another document now, such as a frame's, which has sheets of its own. */
  adoptedCallback() {
    this.wear();
  }

  /** Looks as these say as well. @param {...import('./styles.js').Look} looks */
  wear(...looks) {
    this.#looks.push(...looks);
    if (this.shadowRoot) this.shadowRoot.adoptedStyleSheets = this.#looks.map((look) => look(this.ownerDocument));
  }

  /**
   * The message says something else now.
   *
   * @param {boolean} anew  whether its beginning may be another; else there may be more of it
   */
  rename(anew) {
    if (!anew && this.#title.endsWith('…')) return;
    this.#titled = null;
    if (!this.hasAttribute('active') && this.#main.hasAttribute('aria-label')) this.#name(this.#label.textContent ?? '');
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
    const { code = '', retryAfterSeconds = null } = state?.failure ?? {};
    const hopeless = HOPELESS.includes(code) || (REFUSED.includes(code) && retryAfterSeconds === null);
    const [label, picture] = this.#face(hopeless ? 'idle' : status, (state?.rendition?.continuesAt ?? null) !== null);
    if (this.hasAttribute('active') !== active) this.toggleAttribute('active', active);
    setAttribute(this, 'status', status);
    setText(this.#label, label);
    // Without what tells of problems, which could not be loaded, the button does.
    const trouble = state?.failure && !SaywellSpeaker.Told ? strings.errors.unreachable : '';
    const title = trouble || (active || this.hasAttribute('icon') ? label : '');
    if (this.#main.title !== title) this.#main.title = title;
    if (trouble || active) setAttribute(this.#main, 'aria-label', trouble || label);
    else this.#name(label);
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
   * @param {FocusOptions} [options]
   */
  focus(options) {
    this.#main.focus(options);
  }

  /** @param {boolean} queued  whether it is to be heard next, and not now */
  #press(queued) {
    // A count-down holds the press, and what cannot be mended is not tried again.
    if (this.#main.getAttribute('aria-disabled') === 'true') return;
    if (queued && this.message) this.player?.queue(this.message);
    else this.player?.toggle(this.message);
  }

  /** Says what the button does, and to which message. @param {string} label */
  #name(label) {
    if (this.#titled !== this.message) this.#title = this.message ? beginningOf(this.message) : '';
    this.#titled = this.message;
    setAttribute(this.#main, 'aria-label', this.#title ? `${label}: ${this.#title}` : label);
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

/** The first words that a message shows. @param {Element} message */
function beginningOf(message) {
  const walker = message.ownerDocument.createTreeWalker(message, NodeFilter.SHOW_TEXT);
  let text = '';
  /** @type {Element | null | undefined} */
  let block = null;
  while (text.length < 4 * TITLE_LENGTH && walker.nextNode()) {
    const { parentElement, nodeValue } = walker.currentNode;
    if (!parentElement || parentElement.closest(UNSPOKEN) || !parentElement.checkVisibility({ visibilityProperty: true })) continue;
    const around = parentElement.closest(`:not(${INLINE})`);
    text += (around === block ? '' : ' ') + nodeValue;
    block = around;
  }
  text = text.replace(/\s+/g, ' ').trim();
  return text.length <= TITLE_LENGTH ? text : `${text.slice(0, TITLE_LENGTH).replace(/\s\S*$/, '')}…`;
}
