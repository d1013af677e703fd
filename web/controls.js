// What comes beside a speaker button. The controls: progress, steps, speed, what can be chosen, stop; made when the
// message is first heard. What it tells: notes, and what went wrong.

import { controlsStyle, toldStyle } from './player-styles.js';
import { ICONS, icon, make, setAttribute, setText } from './parts.js';
import { HOPELESS } from './saywell-speaker.js';
import { SPEED_STEPS } from './shortcuts.js';
import { explain, formatTime } from './words.js';

/** @typedef {import('./player-store.js').Failure} Failure */
/** @typedef {import('./player-store.js').PlayerState} PlayerState */
/** @typedef {import('./preferences.js').Choices} Choices */
/** @typedef {import('./saywell-speaker.js').SaywellSpeaker} SaywellSpeaker */
/** @typedef {import('./strings.js').Strings} Strings */

/** @type {(keyof Choices)[]} */
const CHOICES = ['words', 'bar', 'taps', 'continuous', 'cut'];
/** How far an arrow key moves, and a button, in seconds. */
const SEEK_STEP = 5;
const JUMP = 10;
/** The least that the progress bar moves, as a share of it, but for the full seconds. */
const LEAST_STEP = 0.02;
/** The speeds on offer: every tenth, and what keys go through. */
const SPEED_MENU = [...new Set([...Array.from({ length: 26 }, (_, index) => (5 + index) / 10), ...SPEED_STEPS])].sort((a, b) => a - b);
/** What the sleep timer is set to, in minutes. */
const SLEEPS = [5, 15, 30, 60];

Object.assign(ICONS, {
  stop: 'M7 7h10v10H7Z',
  back: 'M7 6v12ZM17 6v12l-7-6Z',
  forward: 'M17 6v12ZM7 6v12l7-6Z',
  rewind: 'M12 5a7 7 0 1 1-7 7 7 7 0 1 0 7-7ZM12 2v6L8 5Z',
  skip: 'M12 5a7 7 0 1 0 7 7 7 7 0 1 1-7-7ZM12 2v6l4-3Z',
  volume: 'M4 10h3l5-4v12l-5-4H4ZM16 9q3 3 0 6 3-3 0-6Z',
  more: 'M5 11.5h1v1H5ZM11.5 11.5h1v1h-1ZM18 11.5h1v1h-1Z',
});

/** @param {string} part @param {...Node} children */
const button = (part, ...children) => make('button', { type: 'button', part }, ...children);

export class Controls {
  #speaker;
  #progress = make('input', { type: 'range', min: '0', max: '1', step: 'any', value: '0', part: 'progress' });
  #time = make('span', { className: 'time', part: 'time' });
  #track = make('div', { className: 'track' }, make('div', { className: 'slide' }, this.#progress), this.#time);
  #rewind = button('rewind', icon('rewind'));
  #skip = button('skip', icon('skip'));
  #speed = make('select', { part: 'speed' });
  #more = button('more', icon('more'));
  #stop = button('stop', icon('stop'));
  #rest = make('div', { className: 'rest' }, this.#track, make('div', { className: 'quick' }, this.#rewind, this.#skip, this.#speed), this.#more, this.#stop);
  #back = button('back', icon('back', true));
  #forward = button('forward', icon('forward', true));
  #mute = button('mute', icon('volume'));
  #volume = make('input', { type: 'range', min: '0', max: '1', step: '0.05', part: 'volume' });
  #voice = make('select', { part: 'voice', hidden: true });
  #sample = button('sample');
  #choices = CHOICES.map((choice) => /** @type {[keyof Choices, HTMLButtonElement]} */ ([choice, button('choice')]));
  #onward = button('onward');
  #sleep = make('select', { part: 'sleep' });
  #download = button('download');
  #help = button('help');
  #panel = make(
    'div',
    { className: 'panel', part: 'panel', hidden: true },
    make('div', { className: 'steps' }, this.#back, this.#forward, this.#mute, this.#volume),
    make('div', { className: 'steps' }, this.#voice, this.#sample),
    ...this.#choices.map(([, choice]) => choice),
    this.#onward,
    this.#sleep,
    this.#download,
    this.#help,
  );
  /** @type {Readonly<Choices> | null} */
  #chosen = null;
  #shown = '';
  /** What the progress bar shows, in seconds. */
  #at = 0;

  /**
   * @param {SaywellSpeaker} speaker
   * @param {HTMLElement} bar  what the controls stand in
   */
  constructor(speaker, bar) {
    this.#speaker = speaker;
    speaker.wear(controlsStyle);
    bar.setAttribute('role', 'group');
    this.#bar = bar;
    this.#time.setAttribute('aria-hidden', 'true');
    this.#sample.hidden = true;
    for (const step of SPEED_MENU) this.#speed.append(new Option(`${step}×`, String(step)));
    bar.append(this.#rest, this.#panel);
    this.#listen();
  }

  #bar;

  get #player() {
    return this.#speaker.player;
  }

  /**
   * @param {Readonly<PlayerState> | null} state
   * @param {boolean} active
   * @param {Readonly<Choices> | null} choices
   */
  show(state, active, choices) {
    this.#chosen = choices;
    if (this.#rest.hidden === active) this.#rest.hidden = !active;
    if (!active && !this.#panel.hidden) this.#open(false);
    if (!state || !active) return;
    this.#name();
    this.#showProgress(state);
    if (!this.#panel.hidden) this.#showPanel(state);
  }

  /** Says what each control is, in the present language. */
  #name() {
    const { strings } = this.#speaker;
    if (this.#shown === strings.position) return;
    this.#shown = strings.position;
    setAttribute(this.#bar, 'aria-label', strings.controls);
    for (const [element, name] of /** @type {[HTMLElement, string][]} */ ([
      [this.#stop, strings.stop],
      [this.#back, strings.back],
      [this.#forward, strings.forward],
      [this.#rewind, strings.rewind],
      [this.#skip, strings.skip],
      [this.#more, strings.more],
      [this.#mute, strings.mute],
    ])) {
      setAttribute(element, 'aria-label', name);
      element.title = name;
    }
    setAttribute(this.#progress, 'aria-label', strings.position);
    setAttribute(this.#speed, 'aria-label', strings.speed);
    setAttribute(this.#volume, 'aria-label', strings.volume);
    setAttribute(this.#voice, 'aria-label', strings.voice);
    setText(this.#sample, strings.sample);
  }

  /** @param {Readonly<PlayerState>} state */
  #showProgress({ position, duration, buffered, open, speed }) {
    const { strings } = this.#speaker;
    const length = Math.max(duration, position, 0.1);
    const at = formatTime(position);
    const of = open || duration === 0 ? '…' : formatTime(duration);
    const nearest = SPEED_MENU.reduce((a, b) => (Math.abs(b - speed) < Math.abs(a - speed) ? b : a));
    if (this.#speed.value !== String(nearest)) this.#speed.value = String(nearest);
    const made = Math.min(1, Math.max(buffered, position) / length).toFixed(3);
    if (this.#progress.style.getPropertyValue('--made') !== made) this.#progress.style.setProperty('--made', made);
    // Every step has the engine go through the whole page: one that hardly anybody sees is left out, but for the listener's own.
    const isSeen = this.#progress.valueAsNumber !== this.#at || Math.abs(position - this.#at) > length * LEAST_STEP;
    if (!isSeen && this.#progress.max === String(length) && this.#time.textContent === `${at} / ${of}`) return;
    this.#progress.max = String(length);
    this.#progress.value = String(position);
    this.#at = this.#progress.valueAsNumber;
    this.#progress.style.setProperty('--progress', (position / length).toFixed(4));
    setText(this.#time, `${at} / ${of}`);
    setAttribute(this.#progress, 'aria-valuetext', of === '…' ? at : strings.progress(at, of));
  }

  /** @param {Readonly<PlayerState>} state */
  #showPanel({ by }) {
    const { strings } = this.#speaker;
    const { volume, muted } = this.#player ?? { volume: 1, muted: false };
    for (const [choice, element] of this.#choices) {
      setText(element, strings[choice]);
      setAttribute(element, 'aria-pressed', String(this.#chosen?.[choice] === true));
      if (choice === 'cut') element.hidden = this.#chosen?.continuous !== true;
    }
    this.#sleep.value = String(this.#player?.sleepMinutes ?? '');
    this.#onward.hidden = !this.#speaker.message;
    setText(this.#onward, strings.onward);
    setAttribute(this.#mute, 'aria-pressed', String(muted));
    if (this.#volume.value !== String(volume)) this.#volume.value = String(volume);
    this.#volume.style.setProperty('--progress', String(volume));
    this.#download.hidden = by === 'browser' || !this.#speaker.message;
    setText(this.#download, strings.download);
    setText(this.#help, strings.help);
  }

  /** Fills the list of voices, where there is a choice. */
  async #offerVoices() {
    const player = this.#player;
    const voices = (await player?.voices().catch(() => [])) ?? [];
    if (!player || voices.length < 2) return;
    const { strings } = this.#speaker;
    const languages = new Intl.DisplayNames([this.#language], { type: 'language' });
    /** @type {Map<string, HTMLOptGroupElement>} */
    const groups = new Map();
    for (const { id, name, language, gender, experimental } of voices) {
      const label = language ? (languages.of(language) ?? language) : strings.anyLanguage;
      const group = groups.get(label) ?? make('optgroup', { label });
      groups.set(label, group);
      const { female, male, experimental: tried } = strings.kinds;
      const kinds = [{ female, male }[String(gender)], experimental && tried].filter(Boolean).join(', ');
      group.append(new Option(kinds ? `${name} (${kinds})` : name, id));
    }
    this.#voice.replaceChildren(new Option(strings.usualVoice, ''), ...groups.values());
    this.#voice.value = player.voice ?? '';
    this.#voice.hidden = this.#sample.hidden = false;
  }

  /** The times to fall asleep in, in the page's language. */
  #offerSleep() {
    const minutes = new Intl.NumberFormat(this.#language, { style: 'unit', unit: 'minute', unitDisplay: 'long' });
    const { strings } = this.#speaker;
    this.#sleep.replaceChildren(new Option(`${strings.sleep}: –`, ''), ...SLEEPS.map((length) => new Option(`${strings.sleep}: ${minutes.format(length)}`, String(length))));
    setAttribute(this.#sleep, 'aria-label', strings.sleep);
  }

  get #language() {
    return this.#player?.closest('[lang]')?.getAttribute('lang') || 'en';
  }

  /** @param {boolean} open */
  #open(open) {
    this.#panel.hidden = !open;
    setAttribute(this.#more, 'aria-expanded', String(open));
  }

  #listen() {
    /** @param {HTMLElement} element @param {string} type @param {(player: NonNullable<SaywellSpeaker['player']>) => void} deed */
    const on = (element, type, deed) => element.addEventListener(type, () => this.#player && deed(this.#player));
    on(this.#stop, 'click', (player) => player.stop());
    on(this.#back, 'click', (player) => player.skip(-1));
    on(this.#forward, 'click', (player) => player.skip(1));
    on(this.#rewind, 'click', (player) => player.seek(player.state.position - JUMP));
    on(this.#skip, 'click', (player) => player.seek(player.state.position + JUMP));
    // What goes wrong is told here anyway.
    on(this.#download, 'click', (player) => player.download(this.#speaker.message).catch(() => {}));
    on(this.#onward, 'click', (player) => player.speakFrom(this.#speaker.message));
    on(this.#sleep, 'change', (player) => player.sleep(Number(this.#sleep.value) || null));
    on(this.#help, 'click', (player) => player.showHelp());
    for (const [choice, element] of this.#choices) on(element, 'click', (player) => player.choose(choice));
    on(this.#speed, 'change', (player) => player.setSpeed(Number(this.#speed.value)));
    on(this.#volume, 'input', (player) => player.setVolume(this.#volume.valueAsNumber));
    on(this.#mute, 'click', (player) => player.mute(!player.muted));
    on(this.#voice, 'change', (player) => player.chooseVoice(this.#voice.value || null));
    on(this.#sample, 'click', (player) => player.sample(this.#voice.value || null).catch(() => {}));
    on(this.#progress, 'input', (player) => player.seek(this.#progress.valueAsNumber));
    on(this.#more, 'click', (player) => {
      this.#open(this.#panel.hidden === true);
      this.#offerSleep();
      this.#showPanel(player.state);
      if (!this.#panel.hidden) void this.#offerVoices();
    });
    this.#progress.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      const mirrored = this.#speaker.matches(':dir(rtl)') && event.key.match(/Left|Right/) ? -1 : 1;
      this.#player?.seek(this.#progress.valueAsNumber + step * mirrored * SEEK_STEP);
    });
    // Keys that every player has, where the keyboard is in this one.
    this.#bar.addEventListener('keydown', (event) => {
      const [target] = event.composedPath();
      const player = this.#player;
      if (!player || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || target instanceof HTMLSelectElement) return;
      const deeds = /** @type {Record<string, () => void>} */ ({
        Escape: () => (this.#panel.hidden ? player.stop() : this.#open(false)),
        m: () => player.mute(!player.muted),
        M: () => player.mute(!player.muted),
        ...(target !== this.#volume && { ArrowLeft: () => player.seek(player.state.position - SEEK_STEP), ArrowRight: () => player.seek(player.state.position + SEEK_STEP) }),
        ...(target === this.#progress && { ' ': () => player.toggle(this.#speaker.message) }),
      });
      const deed = deeds[event.key];
      if (!deed) return;
      event.preventDefault();
      event.stopPropagation();
      deed();
    });
  }
}

export class Told {
  #note = make('p', { className: 'note', part: 'note', hidden: true });
  #problem = make('p', { className: 'problem', part: 'problem', hidden: true });
  #hold;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #countDown;
  /** @type {Failure | null} */
  #failure = null;

  /**
   * @param {Element} bar  what it stands beside
   * @param {(held: boolean) => void} hold  whether a press would be in vain
   */
  constructor(bar, hold) {
    this.#hold = hold;
    this.#note.setAttribute('role', 'status');
    this.#problem.setAttribute('role', 'alert');
    bar.after(this.#note, this.#problem);
    /** @type {import('./saywell-speaker.js').SaywellSpeaker} */ (/** @type {ShadowRoot} */ (bar.getRootNode()).host).wear(toldStyle);
  }

  /**
   * @param {Readonly<PlayerState> | null} state
   * @param {boolean} active
   * @param {Strings} strings
   */
  note(state, active, strings) {
    const { status, by, instead } = state ?? {};
    const note = by === 'browser' && active ? strings.browserVoice : status === 'blocked' ? strings.tapToHear : status === 'waiting' ? strings.waiting : '';
    const reason = instead ? explain(instead, strings, null) : '';
    setText(this.#note, active && reason ? `${reason} ${note}` : note);
    if (this.#note.hidden === active) this.#note.hidden = !active;
    // The button says it to the eye.
    this.#note.classList.toggle('unseen', status === 'blocked');
  }

  /**
   * Says what went wrong. A wait is counted down, which only the eye gets second by second.
   *
   * @param {Failure | null} failure
   * @param {Strings} strings
   */
  tell(failure, strings) {
    if (failure === this.#failure) return;
    this.#failure = failure;
    clearInterval(this.#countDown);
    const problem = this.#problem;
    problem.hidden = failure === null;
    problem.removeAttribute('aria-live');
    setText(problem, failure ? explain(failure, strings) : '');
    this.#hold(failure !== null && (HOPELESS.includes(failure.code) || failure.retryAfterSeconds !== null));
    if (!failure?.retryAfterSeconds) return;
    const due = performance.now() + failure.retryAfterSeconds * 1000;
    this.#countDown = setInterval(() => {
      const left = Math.max(0, (due - performance.now()) / 1000);
      if (left > 0) problem.setAttribute('aria-live', 'off');
      else {
        problem.removeAttribute('aria-live');
        clearInterval(this.#countDown);
        this.#hold(false);
      }
      setText(problem, explain(failure, strings, left));
    }, 1000);
  }

  /** The speaker has left the page. */
  leave() {
    clearInterval(this.#countDown);
    this.#failure = null;
  }
}
