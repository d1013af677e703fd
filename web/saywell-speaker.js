// The controls on one message: a speaker button that opens into progress, speed and stop while its
// message is heard. It shows a state and passes on what the listener wants; it decides nothing.

import { SPEED_STEPS, isActive } from './player-store.js';
import { speakerStyle } from './styles.js';
import { ENGLISH, explain, formatTime } from './strings.js';

/** @typedef {import('./player-store.js').PlayerState} PlayerState */
/** @typedef {import('./strings.js').Strings} Strings */

/**
 * What the listener asks for.
 *
 * @typedef {object} Wishes
 * @property {() => void} toggle  the speaker button was pressed
 * @property {() => void} stop
 * @property {(position: number) => void} seek  seconds
 * @property {(speed: number) => void} setSpeed
 * @property {(sentences: number) => void} skip
 * @property {(choice: keyof Choices) => void} choose  turns it on or off
 * @property {() => void} download
 * @property {() => void} help
 * @property {() => void} refresh  shows the present state again
 */

/**
 * What a listener turns on and off.
 *
 * @typedef {{ words: boolean, bar: boolean, continuous: boolean }} Choices
 */

/** @type {(keyof Choices)[]} */
const CHOICES = ['words', 'bar', 'continuous'];

/** How far an arrow key moves, in seconds. */
const SEEK_STEP = 5;

const ICONS = Object.freeze({
  speaker:
    'M3 9.5v5a1 1 0 0 0 1 1h3.2l4.1 3.6a1 1 0 0 0 1.7-.8V5.7a1 1 0 0 0-1.7-.8L7.2 8.5H4a1 1 0 0 0-1 1Zm13-1.9a.9.9 0 0 1 1.3.1 6.6 6.6 0 0 1 0 8.6.9.9 0 1 1-1.4-1.2 4.8 4.8 0 0 0 0-6.2.9.9 0 0 1 .1-1.3Zm2.8-2.6a.9.9 0 0 1 1.3.1 10.5 10.5 0 0 1 0 13.8.9.9 0 1 1-1.4-1.2 8.7 8.7 0 0 0 0-11.4.9.9 0 0 1 .1-1.3Z',
  play: 'M8 5.3v13.4a1 1 0 0 0 1.5.9l11-6.7a1 1 0 0 0 0-1.8l-11-6.7a1 1 0 0 0-1.5.9Z',
  pause: 'M7 5h3a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1Zm7 0h3a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1h-3a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1Z',
  stop: 'M7.5 6h9A1.5 1.5 0 0 1 18 7.5v9a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 6 16.5v-9A1.5 1.5 0 0 1 7.5 6Z',
  again: 'M12 5.2V3.1a.8.8 0 0 1 1.3-.6l4.1 3.3a.8.8 0 0 1 0 1.2l-4.1 3.3A.8.8 0 0 1 12 9.7V7.2a5.8 5.8 0 1 0 5.8 5.8 1 1 0 1 1 2 0A7.8 7.8 0 1 1 12 5.2Z',
  back: 'M6 5.5a1 1 0 0 1 2 0v5.6l8.5-5.9a1 1 0 0 1 1.5.8v12a1 1 0 0 1-1.5.8L8 12.9v5.6a1 1 0 0 1-2 0Z',
  forward: 'M18 5.5a1 1 0 0 0-2 0v5.6L7.5 5.2a1 1 0 0 0-1.5.8v12a1 1 0 0 0 1.5.8L16 12.9v5.6a1 1 0 0 0 2 0Z',
  more: 'M5 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4Zm7 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4Zm7 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z',
  loading: 'M12 3a9 9 0 1 0 9 9 1 1 0 1 0-2 0 7 7 0 1 1-7-7 1 1 0 1 0 0-2Z',
});

export class SaywellSpeaker extends HTMLElement {
  /** @type {Wishes} */
  wishes = { toggle() {}, stop() {}, seek() {}, setSpeed() {}, skip() {}, choose() {}, download() {}, help() {}, refresh() {} };
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
   * @param {Choices} [choices]
   */
  show(state, choices) {
    const { strings } = this;
    const status = state?.status ?? 'idle';
    const active = state !== null && (isActive(state) || status === 'paused' || status === 'blocked');
    const [label, picture] = this.#face(status);
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
    if (active && choices && !this.#panel.hidden) this.#showChoices(choices);
    this.#download.hidden = state?.by === 'browser';

    const note = state?.by === 'browser' && active ? strings.browserVoice : status === 'blocked' ? strings.tapToHear : '';
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
   * @returns {[string, keyof typeof ICONS]}
   */
  #face(status) {
    const { strings } = this;
    switch (status) {
      case 'idle':
        return [strings.listen, 'speaker'];
      case 'loading':
        return [strings.pause, 'loading'];
      case 'playing':
        return [strings.pause, 'pause'];
      case 'paused':
        return [strings.resume, 'play'];
      case 'blocked':
        return [strings.tapToHear, 'play'];
      case 'ended':
        return [strings.again, 'again'];
      case 'failed':
        return [strings.retry, 'again'];
    }
  }

  /** @param {Readonly<PlayerState>} state */
  #showProgress({ position, duration, speed }) {
    const { strings } = this;
    const length = Math.max(duration, position, 0.1);
    this.#progress.max = String(length);
    this.#progress.value = String(position);
    this.#progress.style.setProperty('--progress', String(position / length));
    const [at, of] = [formatTime(position), formatTime(duration)];
    setText(this.#time, `${at} / ${of}`);
    setAttribute(this.#progress, 'aria-valuetext', strings.progress(at, of));
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

  /** @param {Choices} choices */
  #showChoices(choices) {
    for (const [choice, button] of this.#choices) {
      setText(button, this.strings[choice]);
      setAttribute(button, 'aria-pressed', String(choices[choice]));
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
    this.#main.addEventListener('click', () => this.wishes.toggle());
    this.#stop.addEventListener('click', () => this.wishes.stop());
    this.#back.addEventListener('click', () => this.wishes.skip(-1));
    this.#forward.addEventListener('click', () => this.wishes.skip(1));
    this.#more.addEventListener('click', () => {
      this.#open(this.#panel.hidden === true);
      this.wishes.refresh();
    });
    this.#download.addEventListener('click', () => this.wishes.download());
    this.#help.addEventListener('click', () => this.wishes.help());
    for (const [choice, button] of this.#choices) button.addEventListener('click', () => this.wishes.choose(choice));
    this.#speed.addEventListener('change', () => this.wishes.setSpeed(Number(this.#speed.value)));
    this.#progress.addEventListener('input', () => this.wishes.seek(this.#progress.valueAsNumber));
    this.#progress.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const mirrored = this.matches(':dir(rtl)') && event.key.match(/Left|Right/) ? -1 : 1;
      this.wishes.seek(this.#progress.valueAsNumber + step * mirrored * SEEK_STEP);
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
