// The controls once more, at the foot of the page, when those at the message cannot be reached: it is
// out of view, gone, or too narrow for them. And where the foot is: above what the page has there.

import { isInView } from './highlight.js';
import { ICONS, icon, make, setText } from './parts.js';
import { isActive } from './player-store.js';
import { SaywellSpeaker } from './saywell-speaker.js';

/** @typedef {import('./player-store.js').PlayerState} PlayerState */
/** @typedef {import('./preferences.js').Choices} Choices */

/** Less than this is too narrow for the controls, in rem. */
const TIGHT_REM = 17;
/** How long nothing has scrolled when it is looked at what is in view, in milliseconds. */
const SETTLED_MS = 150;
/** What a listener writes in. */
const COMPOSER = 'textarea, [contenteditable=""], [contenteditable=true], [role=textbox], input[type=text]';

ICONS['return'] = 'M6 5h12M12 20V9M7 14l5-5 5 5';

export class Dock {
  /** Everything that stands at the foot of the page. */
  foot = make('div', { className: 'foot' });
  #title = make('span', { className: 'title', part: 'title', dir: 'auto' });
  #backName = make('span', {});
  #back = make('button', { type: 'button', className: 'back', part: 'return' }, icon('return'), this.#backName);
  #speaker = new SaywellSpeaker();
  #dock = make('div', { className: 'dock', part: 'dock', role: 'region', hidden: true }, this.#title, this.#back, this.#speaker);
  #player;
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
    this.#read = read;
    this.#speaker.player = player;
    this.#speaker.setAttribute('docked', '');
    this.foot.append(this.#dock);
    root.append(this.foot);
    this.#back.addEventListener('click', () => {
      const { message } = this.#where;
      message?.scrollIntoView({ block: 'nearest', behavior: 'instant' });
      back();
      inView();
    });
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
    player.ownerDocument.addEventListener('focusin', () => this.#lift(), { signal });
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
    const isHeld = isActive(state) || state.status === 'paused' || (state.status === 'failed' && !speaker);
    const isWanted = isHeld && (!speaker || !this.#isInView || speaker.hasAttribute('tight') || speaker.hasAttribute('icon'));
    const { strings } = this.#player;
    const isNew = isWanted && this.#dock.hidden;
    this.#dock.hidden = !isWanted;
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
  }

  /** Keeps the foot above what is written in, and under the column that is read. */
  #lift() {
    const view = document.documentElement;
    let inset = 0;
    for (const field of document.querySelectorAll(COMPOSER)) {
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
  /** @type {Node | null} */
  let at = speaker.parentElement;
  for (; at; at = at.parentNode instanceof ShadowRoot ? at.parentNode.host : at.parentNode) {
    if (!(at instanceof Element)) continue;
    const [r = 0, g = 0, b = 0, a = 1] = getComputedStyle(at).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [];
    if (a > 0.5) return 0.2126 * r + 0.7152 * g + 0.0722 * b < 110;
  }
  return false;
}

/** Whether any of it is in the window. @param {Element} element */
function isSeen(element) {
  const { top, bottom, height } = element.getBoundingClientRect();
  return height > 0 && bottom > 0 && top < innerHeight;
}
