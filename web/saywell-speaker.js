// The controls on one message: a speaker button that opens into progress, speed and stop while its
// message is heard. It shows a state and passes on what the listener wants; it decides nothing.

import { SPEED_STEPS, isActive } from './player-store.js';
import { speakerStyle } from './styles.js';
import { ENGLISH, explain, formatTime } from './strings.js';

/** @typedef {import('./player-store.js').PlayerState} PlayerState */
/** @typedef {import('./strings.js').Strings} Strings */

/** @typedef {import('./preferences.js').Choices} Choices */

/**
 * Who does what the listener asks for.
 *
 * @typedef {Pick<import('./saywell-player.js').SaywellPlayer, 'toggle' | 'stop' | 'seek' | 'setSpeed' | 'skip' | 'choose' | 'download' | 'showHelp'>} Player
 */

/** @type {(keyof Choices)[]} */
const CHOICES = ['words', 'bar', 'continuous'];

/** How far an arrow key moves, in seconds. */
const SEEK_STEP = 5;

/** Filled, and drawn round with a line of 2. A curve goes there and back, so that nothing is filled. */
const ICONS = {
  speaker: 'M4 10h3l5-4v12l-5-4H4ZM16 9q3 3 0 6 3-3 0-6ZM19 6.5q5.5 5.5 0 11 5.5-5.5 0-11Z',
  play: 'M8 6l10 6-10 6Z',
  pause: 'M7 6h2v12H7ZM15 6h2v12h-2Z',
  stop: 'M7 7h10v10H7Z',
  again: 'M5 13a7 7 0 1 0 7-7 7 7 0 1 1-7 7ZM12 3.5v5L15 6Z',
  back: 'M7 6v12ZM17 6v12l-7-6Z',
  forward: 'M17 6v12ZM7 6v12l7-6Z',
  more: 'M5 11.5h1v1H5ZM11.5 11.5h1v1h-1ZM18 11.5h1v1h-1Z',
  loading: 'M12 4a8 8 0 1 0 8 8 8 8 0 1 1-8-8Z',
};

export class SaywellSpeaker extends HTMLElement {
  /** @type {Player | null} */
  player = null;
  /** The message that this one belongs to. @type {Element | null} */
  message = null;
  /** @type {Strings} */
  strings = ENGLISH;

  #icon = icon('speaker');
  #label = make('span', { className: 'label' });
  #main = make('button', { type: 'button', className: 'main', part: 'button' }, this.#icon, this.#label);
  #progress = make('input', { type: 'range', min: '0', max: '1', step: 'any', value: '0', part: 'progress' });
  #time = make('span', { className: 'time', part: 'time' });
  #track = make('div', { className: 'track' }, this.#progress, this.#time);
  #back = make('button', { type: 'button', part: 'back' }, icon('back', true));
  #forward = make('button', { type: 'button', part: 'forward' }, icon('forward', true));
  #speed = make('select', { part: 'speed' });
  #more = make('button', { type: 'button', part: 'more' }, icon('more'));
  #stop = make('button', { type: 'button', part: 'stop' }, icon('stop'));
  #rest = make('div', { className: 'rest', hidden: true }, this.#track, this.#back, this.#forward, this.#speed, this.#more, this.#stop);
  #choices = CHOICES.map((choice) => /** @type {[keyof Choices, HTMLButtonElement]} */ ([choice, make('button', { type: 'button', part: 'choice' })]));
  #download = make('button', { type: 'button', part: 'download' });
  #help = make('button', { type: 'button', part: 'help' });
  #panel = make('div', { className: 'panel', part: 'panel', hidden: true }, ...this.#choices.map(([, button]) => button), this.#download, this.#help);
  #bar = make('div', { className: 'bar', part: 'bar' }, this.#main, this.#rest, this.#panel);
  #note = make('p', { className: 'note', part: 'note' });
  #problem = make('p', { className: 'problem', part: 'problem', hidden: true });
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #countDown;
  /** @type {import('./player-store.js').Failure | null} */
  #failure = null;
  /** @type {Readonly<Choices> | null} */
  #chosen = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [speakerStyle];
    this.#bar.setAttribute('role', 'group');
    this.#problem.setAttribute('role', 'alert');
    this.#note.setAttribute('role', 'status');
    this.#time.setAttribute('aria-hidden', 'true');
    for (const step of SPEED_STEPS) this.#speed.append(new Option(`${step}×`, String(step)));
    root.append(make('div', { className: 'row' }, this.#bar, this.#note, this.#problem));
    this.#listen();
  }

  connectedCallback() {
    if (!this.#label.textContent) this.show(null);
  }

  disconnectedCallback() {
    clearInterval(this.#countDown);
    this.#failure = null;
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
    const [label, picture] = this.#face(status, (state?.rendition?.continuesAt ?? null) !== null);
    this.toggleAttribute('active', active);
    if (this.getAttribute('status') !== status) this.setAttribute('status', status);
    setText(this.#label, label);
    this.#main.title = active ? label : '';
    this.#icon.firstElementChild?.setAttribute('d', ICONS[picture]);
    this.#icon.classList.toggle('spinner', picture === 'loading');
    this.#main.setAttribute('aria-busy', String(status === 'loading'));
    this.#bar.setAttribute('aria-label', strings.controls);

    this.#keepFocus(active);
    this.#rest.hidden = !active;
    if (!active) this.#open(false);
    if (state && active) this.#showProgress(state);
    if (active && !this.#panel.hidden) this.#showChoices();
    this.#download.hidden = state?.by === 'browser';

    const note = state?.by === 'browser' && active ? strings.browserVoice : status === 'blocked' ? strings.tapToHear : status === 'waiting' ? strings.waiting : '';
    const reason = state?.instead ? explain(state.instead, strings, null) : '';
    setText(this.#note, active && reason ? `${reason} ${note}` : note);
    this.#note.hidden = !active;
    // The button says it to the eye.
    this.#note.classList.toggle('unseen', status === 'blocked');
    this.tell(state?.failure ?? null);
  }

  /**
   * Says what went wrong. A wait is counted down, which only the eye gets second by second.
   *
   * @param {import('./player-store.js').Failure | null} failure
   */
  tell(failure) {
    if (failure === this.#failure) return;
    this.#failure = failure;
    clearInterval(this.#countDown);
    this.#problem.hidden = failure === null;
    this.#problem.removeAttribute('aria-live');
    setText(this.#problem, failure ? explain(failure, this.strings) : '');
    if (!failure?.retryAfterSeconds) return;
    const due = performance.now() + failure.retryAfterSeconds * 1000;
    this.#countDown = setInterval(() => {
      const left = Math.max(0, (due - performance.now()) / 1000);
      if (left > 0) this.#problem.setAttribute('aria-live', 'off');
      else {
        this.#problem.removeAttribute('aria-live');
        clearInterval(this.#countDown);
      }
      setText(this.#problem, explain(failure, this.strings, left));
    }, 1000);
  }

  /**
   * Puts the keyboard on the speaker button.
   *
   * @override
   */
  focus() {
    this.#main.focus();
  }

  /**
   * @param {PlayerState['status']} status
   * @param {boolean} goesOn  whether there is more of the reply than was heard
   * @returns {[string, keyof typeof ICONS]}
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

  /** @param {Readonly<PlayerState>} state */
  #showProgress({ position, duration, open, speed }) {
    const { strings } = this;
    const length = Math.max(duration, position, 0.1);
    this.#progress.max = String(length);
    this.#progress.value = String(position);
    this.#progress.style.setProperty('--progress', String(position / length));
    const [at, of] = [formatTime(position), open ? '…' : formatTime(duration)];
    setText(this.#time, `${at} / ${of}`);
    setAttribute(this.#progress, 'aria-valuetext', open ? at : strings.progress(at, of));
    setAttribute(this.#progress, 'aria-label', strings.position);
    setAttribute(this.#speed, 'aria-label', strings.speed);
    const named = /** @type {[HTMLButtonElement, "stop" | "back" | "forward" | "more"][]} */ ([[this.#stop, 'stop'], [this.#back, 'back'], [this.#forward, 'forward'], [this.#more, 'more']]);
    for (const [button, name] of named) {
      setAttribute(button, 'aria-label', strings[name]);
      button.title = strings[name];
    }
    const nearest = SPEED_STEPS.reduce((a, b) => (Math.abs(b - speed) < Math.abs(a - speed) ? b : a));
    if (this.#speed.value !== String(nearest)) this.#speed.value = String(nearest);
  }

  #showChoices() {
    for (const [choice, button] of this.#choices) {
      setText(button, this.strings[choice]);
      setAttribute(button, 'aria-pressed', String(this.#chosen?.[choice] === true));
    }
    setText(this.#download, this.strings.download);
    setText(this.#help, this.strings.help);
  }

  /** @param {boolean} open */
  #open(open) {
    this.#panel.hidden = !open;
    setAttribute(this.#more, 'aria-expanded', String(open));
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

  #listen() {
    this.#main.addEventListener('click', () => this.player?.toggle(this.message));
    this.#stop.addEventListener('click', () => this.player?.stop());
    this.#back.addEventListener('click', () => this.player?.skip(-1));
    this.#forward.addEventListener('click', () => this.player?.skip(1));
    // What goes wrong is told here anyway.
    this.#download.addEventListener('click', () => this.player?.download(this.message).catch(() => {}));
    this.#help.addEventListener('click', () => this.player?.showHelp());
    for (const [choice, button] of this.#choices) button.addEventListener('click', () => this.player?.choose(choice));
    this.#speed.addEventListener('change', () => this.player?.setSpeed(Number(this.#speed.value)));
    this.#progress.addEventListener('input', () => this.player?.seek(this.#progress.valueAsNumber));
    this.#more.addEventListener('click', () => {
      this.#open(this.#panel.hidden === true);
      this.#showChoices();
    });
    this.#progress.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const mirrored = this.matches(':dir(rtl)') && event.key.match(/Left|Right/) ? -1 : 1;
      this.player?.seek(this.#progress.valueAsNumber + step * mirrored * SEEK_STEP);
    });
  }
}

/**
 * @param {keyof typeof ICONS} name
 * @param {boolean} [directed]  whether it points along the text
 */
function icon(name, directed = false) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.toggle('directed', directed);
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string | boolean>} properties
 * @param {...Node} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
function make(name, properties, ...children) {
  const element = document.createElement(name);
  const { part, ...rest } = properties;
  if (part) element.setAttribute('part', String(part));
  Object.assign(element, rest);
  element.append(...children);
  return element;
}

/**
 * @param {Element} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {string} value
 */
function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
