// The foot of the page. The controls once more, when those at the message cannot be reached: it is out of view,
// gone, or too narrow for them. The spoken sentence in large letters, for those who want it. And where the foot is:
// above what the page has there.

import { captionAt } from './captions.js';
import { isInView } from './highlight.js';
import { ICONS, icon, isElement, make, setText } from './parts.js';
import { isActive } from './player-store.js';
import { playerStyle } from './player-styles.js';
import { SaywellSpeaker } from './saywell-speaker.js';
import { sentencesOf } from './true-sentences.js';

/** @typedef {import('./player-store.js').PlayerState} PlayerState */
/** @typedef {import('./preferences.js').Choices} Choices */

/** Less than this is too narrow for the controls, in rem. */
const TIGHT_REM = 17;
/** How long nothing has scrolled when it is looked at what is in view, in milliseconds. */
const SETTLED_MS = 150;
/** What colours are painted with, to be looked at. @type {CanvasRenderingContext2D | null | undefined} */
let paint;
/** What a listener writes in. */
const COMPOSER = 'textarea, [contenteditable=""], [contenteditable=true], [role=textbox], input[type=text]';

ICONS['return'] = 'M6 5h12M12 20V9M7 14l5-5 5 5';
ICONS['close'] = 'M7 7l10 10M17 7 7 17';

export class Dock {
  /** Everything that stands at the foot of the page. */
  foot = make('div', { className: 'foot', popover: 'manual' });
  #title = make('span', { className: 'title', part: 'title', dir: 'auto' });
  #backName = make('span', {});
  #back = make('button', { type: 'button', className: 'back', part: 'return' }, icon('return'), this.#backName);
  #close = make('button', { type: 'button', className: 'back', part: 'close' }, icon('close'));
  #speaker = new SaywellSpeaker();
  #dock = make('div', { className: 'dock', part: 'dock', role: 'region', hidden: true }, this.#title, this.#back, this.#close, this.#speaker);
  #player;
  #root;
  /** Holds the foot in a modal dialog, outside of which nothing can be used. @type {HTMLElement | null} */
  #guest = null;
  /** Where something was written last, which may be in a shadow root of its own. @type {Element | null} */
  #field = null;
  #observer;
  /** @type {Element | null} */
  #watched = null;
  #isInView = false;
  #leave = new AbortController();
  /** @type {{ speaker: SaywellSpeaker | null, message: Element | null, title: string }} */
  #where = { speaker: null, message: null, title: '' };
  #read;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settling;

  /**
   * @param {ShadowRoot} root
   * @param {import('./saywell-player.js').SaywellPlayer} player
   * @param {{ inView: () => void, read: () => Range | null, back: () => void }} deeds  the speaker at the message has come into view or left
   *   it; what is read, where it is marked; back to it
   */
  constructor(root, player, { inView, read, back }) {
    this.#player = player;
    this.#root = root;
    this.#read = read;
    this.#speaker.player = player;
    this.#speaker.setAttribute('docked', '');
    this.foot.append(this.#dock);
    root.append(this.foot);
    this.#back.addEventListener('click', () => {
      this.#where.message?.scrollIntoView({ block: 'nearest', behavior: 'instant' });
      this.#handBack();
      back();
      inView();
    });
    this.#close.addEventListener('click', () => player.stop());
    this.#observer = new IntersectionObserver(
      ([entry]) => {
        const isInView = entry?.isIntersecting === true && entry.intersectionRatio > 0.5;
        if (isInView === this.#isInView) return;
        this.#isInView = isInView;
        inView();
      },
      { threshold: [0, 0.6, 1] },
    );
    const { signal } = this.#leave;
    addEventListener('resize', () => this.#lift(), { signal });
    addEventListener('scroll', () => this.settle(), { signal, capture: true, passive: true });
    const page = player.ownerDocument;
    // A dialog that is closed takes with it what stands in it.
    page.addEventListener('close', inView, { signal, capture: true });
    page.addEventListener('focusin', (event) => {
      const [target] = event.composedPath();
      if (isElement(target) && target.matches(COMPOSER)) this.#field = target;
      this.#lift();
    }, { signal });
  }

  /**
   * Says where the controls are wanted.
   *
   * @param {Readonly<PlayerState>} state
   * @param {Readonly<Choices>} choices
   * @param {{ speaker: SaywellSpeaker | null, message: Element | null, title: string }} where
   */
  place(state, choices, where) {
    this.#where = where;
    const { speaker, message, title } = where;
    if (this.#watched !== speaker) {
      this.#observer.disconnect();
      this.#watched = speaker;
      this.#isInView = speaker !== null && isSeen(speaker);
      if (speaker) this.#observer.observe(speaker);
    }
    const hasFailed = state.status === 'failed';
    const isHeld = isActive(state) || hasFailed || state.status === 'paused' || state.status === 'blocked';
    // What went wrong is told at the narrowest message.
    const isWanted = isHeld && (!speaker || !this.#isInView || (!hasFailed && (speaker.hasAttribute('tight') || speaker.hasAttribute('icon'))));
    const { strings } = this.#player;
    const isNew = isWanted && this.#dock.hidden;
    if (!isWanted) this.#handBack();
    this.#dock.hidden = !isWanted;
    this.#close.hidden = !hasFailed;
    this.#close.ariaLabel = this.#close.title = strings.close;
    if (isNew) this.#rise(message);
    this.foot.classList.toggle('dark', speaker?.hasAttribute('dark') === true);
    const theme = this.#player.getAttribute('theme');
    if (theme) this.#speaker.setAttribute('theme', theme);
    this.#dock.setAttribute('aria-label', strings.controls);
    setText(this.#title, title);
    setText(this.#backName, strings.backToText);
    this.#back.title = strings.backToText;
    this.#speaker.strings = strings;
    this.#speaker.message = message;
    this.show(state, choices);
    this.#lift();
    // What is on its way into view is waited for.
    if (isNew || !message?.isConnected) this.#look();
    else this.settle();
  }

  /** The keyboard stays with what is heard when what has it goes. */
  #handBack() {
    const root = /** @type {ShadowRoot} */ (this.foot.getRootNode());
    if (this.#dock.contains(root.activeElement)) this.#where.speaker?.focus({ preventScroll: true });
  }

  /** Puts the foot above everything, whatever it stands in, and where it can be used. @param {Element | null} message */
  #rise(message) {
    const dialog = message?.closest('dialog:modal');
    if (dialog && !dialog.contains(this.#player)) {
      this.#guest ??= make('div', {});
      const root = this.#guest.shadowRoot ?? this.#guest.attachShadow({ mode: 'open' });
      dialog.append(this.#guest);
      root.adoptedStyleSheets = [playerStyle(this.#guest.ownerDocument)];
      root.append(this.foot);
    } else if (this.#guest) {
      this.#root.append(this.foot);
      this.#guest.remove();
    }
    // Of those in the top layer the last one to come is the topmost.
    this.foot.hidePopover?.();
    this.foot.showPopover?.();
  }

  /** The page scrolls, or something else is read: once it is still, offers the way back to what is out of view. */
  settle() {
    clearTimeout(this.#settling);
    if (!this.#dock.hidden) this.#settling = setTimeout(() => this.#look(), SETTLED_MS);
  }

  #look() {
    this.#lift();
    const { message } = this.#where;
    const floor = this.#dock.getBoundingClientRect().top || innerHeight;
    this.#back.hidden = !message?.isConnected || isInView(this.#read() ?? message, floor);
  }

  /** @param {Readonly<PlayerState>} state @param {Readonly<Choices>} choices */
  show(state, choices) {
    if (!this.#dock.hidden) this.#speaker.show(state, choices);
  }

  leave() {
    this.#leave.abort();
    clearTimeout(this.#settling);
    this.#observer.disconnect();
    this.foot.remove();
    this.#guest?.remove();
  }

  /** Keeps the foot above what is written in, and under the column that is read. */
  #lift() {
    const view = document.documentElement;
    let inset = 0;
    const roots = new Set([this.#player, this.#where.message].map((element) => /** @type {ParentNode | undefined} */ (element?.getRootNode())));
    for (const field of [document, ...roots].flatMap((root) => [...(root?.querySelectorAll(COMPOSER) ?? [])]).concat(this.#field ?? [])) {
      const box = (field.closest('form, footer, [role=form]') ?? field).getBoundingClientRect();
      const isAtTheFoot = box.bottom > innerHeight * 0.75 && box.top < innerHeight && box.height > 0 && box.height < innerHeight / 2;
      if (isAtTheFoot) inset = Math.max(inset, innerHeight - box.top);
    }
    this.foot.style.setProperty('--foot', `${Math.round(inset)}px`);
    const box = this.#where.message?.isConnected ? this.#where.message.getBoundingClientRect() : null;
    const width = view.clientWidth;
    const middle = box && box.width > 200 && box.width < width ? (box.left + box.right) / 2 : width / 2;
    this.foot.style.setProperty('--middle', `${Math.round(middle - width / 2)}px`);
  }
}

/** Assistive technology has the message itself, and is not told twice. */
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

/** Whether there is too little room for the controls. @param {Element} speaker */
export function isTight(speaker) {
  const { parentElement: place } = speaker;
  if (!place) return true;
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  const { display } = getComputedStyle(place);
  return speaker.hasAttribute('icon') || display === 'inline' || display === 'contents' || place.clientWidth < TIGHT_REM * rem;
}

/**
 * Whether what a speaker stands on is dark, whatever the page says of its colour scheme.
 *
 * @param {Element} speaker
 */
export function isDark(speaker) {
  /** @type {any} */
  let at = speaker.parentElement;
  const ink = at && getComputedStyle(at).color;
  // Out of shadow roots, and of frames.
  for (; at; at = at.parentElement ?? at.getRootNode().host ?? at.ownerDocument.defaultView?.frameElement) {
    const { backgroundColor, backgroundImage } = getComputedStyle(at);
    // Of a picture only those know how light it is who wrote on it.
    if (backgroundImage !== 'none') break;
    const light = lightnessOf(backgroundColor);
    if (light !== null) return light < 110;
  }
  return ink !== null && (lightnessOf(ink) ?? 0) > 145;
}

/** How light a colour is, 0 to 255, in whatever way it is written; null: one sees through it. @param {string} colour */
function lightnessOf(colour) {
  paint ??= make('canvas', { width: '1', height: '1' }).getContext('2d', { willReadFrequently: true });
  if (!paint) return null;
  paint.clearRect(0, 0, 1, 1);
  paint.fillStyle = 'transparent';
  paint.fillStyle = colour;
  paint.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0, a = 0] = paint.getImageData(0, 0, 1, 1).data;
  return a > 127 ? 0.2126 * r + 0.7152 * g + 0.0722 * b : null;
}

/** Whether any of it is in the window. @param {Element} element */
function isSeen(element) {
  const { top, bottom, height } = element.getBoundingClientRect();
  return height > 0 && bottom > 0 && top < innerHeight;
}
