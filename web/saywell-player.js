// <saywell-player>: one per chat. It finds the assistant's messages, now and later, puts a speaker
// on each, and holds the one <audio> element they share. What it takes to speak is loaded at the first
// press (listening.js). Importing this file registers nothing; define.js does.

import { whenIdle, within } from './clock.js';
import { Messages, nameOf } from './messages.js';
import { PlayerStore, clampSpeed, isActive } from './player-store.js';
import { choicesOf, forget, isOn, isSaving, keptAs, remember, remembered } from './preferences.js';
import { SaywellSpeaker } from './saywell-speaker.js';
import { ENGLISH } from './strings.js';

/** @typedef {import('./gateway.js').Token} Token */
/** @typedef {import('./listening.js').Listening} Listening */
/** @typedef {import('./player-store.js').PlayerState} PlayerState */
/** @typedef {import('./preferences.js').Choices} Choices */
/** @typedef {import('./strings.js').Strings} Strings */
/** A message, or its name (`data-message-id`) where it need not be on the page. @typedef {Element | string} Message */

/** How long the page waits for the gateway's settings before it shows the speakers anyway. */
const CONFIG_PATIENCE_MS = 2000;
/** On a server there are no elements, and importing this does nothing. */
const Base = globalThis.HTMLElement ?? /** @type {typeof HTMLElement} */ (/** @type {unknown} */ (class {}));
/** What works by itself, so that nobody's press can be waited for. */
const EAGER = ['continuous', 'prefetch', 'shortcuts'];

/**
 * Attributes:
 * - `messages`: CSS selector of the assistant's messages
 * - `server`: address of the gateway; empty or absent: this page's own origin
 * - `token`: a JWT or an API key; see the property for one that changes
 * - `voice`, `provider`: asked for; absent: the gateway's defaults; `provider="browser"`: the
 *   browser's own voice
 * - `fallback`: `off`: the browser's own voice does not step in where the gateway cannot speak
 * - `speed`: 0.5 to 3
 * - `captions`: the spoken sentence and word are marked in the message; `bar`: and shown at the foot
 * - `continuous`: new replies are read by themselves, in order, each from its first finished sentence on;
 *   `cut`: at once, in place of what is heard
 * - `conversation`: its name: whether new replies are read is then chosen for each
 * - `taps`: `off`: a tap on a word of what is heard does not go there
 * - `prefetch`: the newest reply is made ahead
 * - `shortcuts`: keys work on the whole page
 * - `icons`: speakers are an icon without a word
 * - `figures`: what is heard, and how much of it, is told by `saywell:listening`; `off` keeps it from a gateway that counts, too
 * - `theme`: `light` or `dark`; absent: as the page
 *
 * Attributes without a value are off when absent or `off`. What the listener chooses is remembered
 * and wins over `speed`, `captions` and `continuous`.
 *
 * A message may carry its Markdown (`data-markdown`, or a child `<template data-markdown>`), its
 * name (`data-message-id`), and the place for its speaker (a descendant `[data-saywell-place]`).
 * One that is being written is `aria-busy="true"`, or inside something that is.
 *
 * @fires SaywellPlayer#statechange  after every change of `state`
 * @fires SaywellPlayer#speechstart  sound is heard for the first time; `detail`: the state
 * @fires SaywellPlayer#speechend  a message was heard to its end
 * @fires SaywellPlayer#speecherror  `detail`: the `Failure`
 * @fires SaywellPlayer#choicechange  the listener has turned something on or off; `detail`: `choices`
 * @fires SaywellPlayer#captionchange  another sentence is spoken; `detail`: its `Caption`
 * @fires SaywellPlayer#saywell:listening  with `figures`; bubbles; `detail`: a `Figure` of figures.js
 */
export class SaywellPlayer extends Base {
  static observedAttributes = ['messages', 'theme', 'captions', 'continuous', 'conversation', 'taps', 'prefetch', 'provider', 'icons'];

  /** @type {(message: Element) => string | null} */
  #textOf = () => null;
  /** @type {Token} */
  #token = null;
  /** @type {Strings} */
  #strings = ENGLISH;
  /** Those of the page's language, as far as they are here. @type {Partial<Strings>} */
  #language = ENGLISH;
  /** Those that the page has given. @type {Partial<Strings>} */
  #words = {};

  #audio = document.createElement('audio');
  #store = new PlayerStore();
  #root = this.attachShadow({ mode: 'open' });
  #messages = new Messages({
    speakerFor: (message) => this.#speakerFor(message),
    shown: (message, speaker) => this.#showOn(message, speaker),
    scanned: () => this.#listening?.onScan(),
    complete: (message, isTalk) => {
      this.#messages.speakers.get(message)?.rename(true);
      this.#when((listening) => listening.onComplete(message, isTalk));
    },
    grown: (message, isTalk) => {
      this.#messages.speakers.get(message)?.rename(false);
      this.#when((listening) => listening.onGrowth(message, isTalk));
    },
    heard: () => this.#listening?.message ?? null,
    changed: (changes) => this.#listening?.onChange(changes),
  });
  /** What speaks, once it has been loaded. @type {Listening | null} */
  #listening = null;
  /** @type {Promise<Listening> | null} */
  #loading = null;
  /** Whether what was asked for before that is still wanted. */
  #asked = 0;

  #present = false;
  #ready = false;
  /** What the gateway says of this listener's plan. */
  #mayPrefetch = true;
  #mayTell = false;
  #leave = new AbortController();
  /** @type {Readonly<Choices>} */
  #choices = { words: false, bar: false, taps: false, continuous: false, cut: false };

  constructor() {
    super();
    this.#audio.preload = 'auto';
    this.#root.append(this.#audio);
    this.#store.subscribe((state, before) => this.#onState(state, before));
  }

  /** @returns {Readonly<PlayerState>} */
  get state() {
    return this.#store.state;
  }

  /**
   * What a message says, where the attributes do not tell; returns null to leave it to them.
   *
   * @returns {(message: Element) => string | null}
   */
  get textOf() {
    return this.#textOf;
  }

  set textOf(read) {
    this.#textOf = read;
  }

  /**
   * What tells the gateway who is listening, or a function that gives the present one.
   *
   * @returns {Token}
   */
  get token() {
    return this.#token ?? this.getAttribute('token');
  }

  set token(token) {
    this.#token = token;
  }

  /**
   * Words to show in place of those of the page's language, English where it is none of languages.js.
   *
   * @returns {Strings}
   */
  get strings() {
    return this.#strings;
  }

  /** @param {Partial<Strings>} words */
  set strings(words) {
    this.#words = words;
    this.#rename();
  }

  #rename() {
    this.#strings = /** @type {Strings} */ ({ ...this.#language, ...this.#words });
    for (const [message, speaker] of this.#messages.speakers) {
      speaker.strings = this.#strings;
      this.#showOn(message, speaker);
    }
  }

  /** What the listener has turned on. */
  get choices() {
    return this.#choices;
  }

  connectedCallback() {
    // Moved within the page.
    if (this.#present) return;
    this.#present = true;
    // What was set before this class was known counts as set now.
    for (const name of ['textOf', 'token', 'strings'].filter((name) => Object.hasOwn(this, name))) {
      const { [name]: value } = /** @type {any} */ (this);
      delete (/** @type {any} */ (this)[name]);
      Object.assign(this, { [name]: value });
    }
    this.#leave = new AbortController();
    const { signal } = this.#leave;
    this.#choices = choicesOf(this);
    this.#store.dispatch({ type: 'speed', speed: clampSpeed(Number(remembered('speed') ?? this.getAttribute('speed') ?? 1)) });
    this.#audio.volume = Math.min(1, Math.max(0, Number(remembered('volume') ?? 1) || 0));
    addEventListener('pagehide', () => this.#listening?.leavePage(), { signal });
    this.#start(signal);
  }

  disconnectedCallback() {
    // A framework that moves the element puts it back at once; sound outlives that.
    queueMicrotask(() => {
      if (!this.isConnected) this.#depart();
    });
  }

  /** @param {string} name */
  attributeChangedCallback(name) {
    this.#choices = choicesOf(this);
    if (!this.#ready) return;
    this.#loadWhereNeeded();
    if (name === 'conversation') this.#listening?.forgetQueue();
    if (name === 'theme' || name === 'icons') for (const speaker of this.#messages.speakers.values()) this.#dress(speaker);
    else if (name === 'messages') this.#watch();
    else this.#refresh();
  }

  /**
   * Finds messages in further places: a shadow root, or the document of a frame of the same origin.
   *
   * @param {Document | ShadowRoot} root
   */
  observe(root) {
    this.#messages.observe(root);
  }

  /**
   * Starts, pauses or goes on, whichever a press of the message's speaker button would.
   *
   * @param {Element | null} [message]  absent: what is heard, or the newest
   */
  toggle(message) {
    const { state } = this;
    const named = message ?? this.#listening?.message ?? (this.#listening && state.status !== 'idle' ? null : this.#messages.newest);
    const isHeard = named ? Object.is(state.message, nameOf(named)) : state.status !== 'idle';
    if (named && (!isHeard || state.status === 'ended')) this.speak(named);
    else if (isActive(state)) this.pause();
    else if (isHeard) this.resume();
  }

  /**
   * Reads a message from its start, or the rest of one that was too long for once. One that is still being
   * written is read as it is written. Call it in a click, or the browser may refuse; then the state is
   * `blocked` and the message's speaker says "Tap to hear".
   *
   * @param {Message | null} [message]  absent: the newest
   */
  speak(message = this.#messages.newest) {
    if (message) this.#press(nameOf(message), (listening) => listening.speak(message));
  }

  /**
   * Reads a message after what is heard, and after those that were queued before; at once where nothing is.
   *
   * @param {Message} message
   */
  queue(message) {
    this.#press(nameOf(message), (listening) => listening.queue(message));
  }

  /**
   * Reads a message, or goes on with it, and then reads those that follow it on the page.
   *
   * @param {Message | null} [message]  absent: what is heard, or the newest
   */
  speakFrom(message = this.#listening?.message ?? this.#messages.newest) {
    if (message) this.#press(nameOf(message), (listening) => listening.speakFrom(message));
  }

  /**
   * Pauses in a while, and reads nothing by itself from then on until something is pressed.
   *
   * @param {number | null} minutes  null: not at all
   */
  sleep(minutes) {
    this.#with((listening) => listening.sleep(minutes));
  }

  /** What `sleep` was set to, in minutes, while it is to come; else null. */
  get sleepMinutes() {
    return this.#listening?.sleepMinutes ?? null;
  }

  /**
   * Adds to a message that is being written. It can be listened to from its first words; in continuous mode
   * it is read from its first finished sentence on. The first piece after `complete` begins it anew.
   *
   * @param {Message} message
   * @param {string} piece  of the reply as the model writes it, of any size
   */
  write(message, piece) {
    this.#with((listening) => listening.write(message, piece));
  }

  /**
   * A message that was written by `write` is all there.
   *
   * @param {Message} message
   */
  complete(message) {
    this.#with((listening) => listening.complete(message));
  }

  /**
   * Reads a text as it comes, a message's or anybody's. Call it in a click.
   *
   * @param {AsyncIterable<string> | Iterable<string>} pieces
   * @param {{ message?: Message, voice?: string, language?: string }} [options]
   * @returns {Promise<void>}  when all of it has been written, which is before it has all been heard
   */
  async speakStream(pieces, options = {}) {
    await this.#press(options.message ? nameOf(options.message) : pieces, (listening) => listening.speakStream(pieces, options));
  }

  /**
   * Reads any text. Call it in a click.
   *
   * @param {string} text  plain or Markdown
   * @param {{ voice?: string, language?: string }} [options]
   */
  speakText(text, options = {}) {
    this.#press(text, (listening) => listening.speakText(text, options));
  }

  pause() {
    this.#listening?.pause();
  }

  resume() {
    this.#listening?.resume();
  }

  /** Ends the listening and forgets what was to be read next. */
  stop() {
    this.#asked += 1;
    if (this.#listening) this.#listening.stop();
    else this.#store.dispatch({ type: 'stopped' });
  }

  /** @param {number} position  seconds */
  seek(position) {
    this.#listening?.seek(position);
  }

  /**
   * Goes some sentences on, or back.
   *
   * @param {number} sentences
   */
  skip(sentences) {
    this.#listening?.skip(sentences);
  }

  /**
   * Goes some words on, or back.
   *
   * @param {number} words
   */
  skipWords(words) {
    this.#listening?.skipWords(words);
  }

  /** @param {number} speed  0.5 to 3 */
  setSpeed(speed) {
    remember('speed', clampSpeed(speed));
    if (this.#listening) this.#listening.setSpeed(speed);
    else this.#store.dispatch({ type: 'speed', speed });
  }

  /** How loud it is, 0 to 1. */
  get volume() {
    return this.#audio.volume;
  }

  get muted() {
    return this.#audio.muted;
  }

  /** @param {number} volume  0 to 1 */
  setVolume(volume) {
    this.#audio.volume = Math.min(1, Math.max(0, volume));
    this.mute(false);
    remember('volume', this.#audio.volume);
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.#audio.muted = muted;
    this.#refresh();
  }

  /**
   * The voice that is asked for: as the listener has chosen for the language of what is heard, else as the page asks.
   *
   * @returns {string | null}  null: the gateway's own
   */
  get voice() {
    return this.voiceFor(this.#listening?.message ?? null);
  }

  /** The voice that is asked for a message. @param {Element | null} message  null: any text @returns {string | null} */
  voiceFor(message) {
    return remembered(this.#voiceOf(message)) ?? this.getAttribute('voice');
  }

  /** What the choice of a voice is kept as, which is made for each language of messages. @param {Element | null | undefined} message @returns {string} */
  #voiceOf(message) {
    return `voice-${(message ?? this).closest('[lang]')?.getAttribute('lang')?.split('-')[0] || 'en'}`.toLowerCase();
  }

  /**
   * Chooses a voice, and remembers it for the language (`lang`) of what is heard, else of the page; what is heard goes on in it from the present sentence.
   *
   * @param {string | null} id  null: the page's, or the gateway's own
   */
  chooseVoice(id) {
    const kept = this.#voiceOf(this.#listening?.message);
    if (id) remember(kept, id);
    else forget(kept);
    this.#listening?.changeVoice();
  }

  /**
   * The voices on offer, whoever listens: one that the listener's plan leaves out is refused when it is asked for.
   *
   * @returns {Promise<import('./gateway.js').Voice[]>}
   */
  async voices() {
    return await this.#with((listening) => listening.voices());
  }

  /**
   * Lets a voice introduce itself.
   *
   * @param {string | null} id
   */
  async sample(id) {
    await this.#with((listening) => listening.sample(id));
  }

  /**
   * Turns on or off what a listener can choose, and remembers it.
   *
   * @param {keyof Choices} choice
   * @param {boolean} [on]  absent: the other way round
   */
  choose(choice, on = !this.choices[choice]) {
    remember(keptAs(this, choice), on);
    if (choice === 'continuous') this.#listening?.forgetQueue();
    this.#choices = choicesOf(this);
    this.#loadWhereNeeded();
    this.#refresh();
    this.#tell('choicechange', this.#choices);
  }

  /**
   * Has a message made ahead, in an idle moment; nothing is heard.
   *
   * @param {Element | null} [message]  absent: the newest
   */
  prefetch(message = this.#messages.newest) {
    if (message) this.#with((listening) => listening.prefetch(message));
  }

  /**
   * Saves a message as one MP3 file.
   *
   * @param {Element | null} [message]  absent: what is heard, or the newest
   * @throws {import('./gateway.js').PlayerError}
   */
  async download(message = this.#listening?.message ?? this.#messages.newest) {
    if (message) await this.#with((listening) => listening.download(message));
  }

  /** Shows the list of shortcuts. */
  showHelp() {
    this.#with((listening) => listening.showHelp());
  }

  /** Loads what it takes to speak, so that the first press need not wait for it. */
  async load() {
    await this.#with(() => {});
  }

  /** @param {AbortSignal} left  aborted when this element leaves the page */
  async #start(left) {
    // A gateway that cannot be reached now may be there at the click, which then says what is wrong.
    const config = await within(configFrom(`${this.#base}tts/config`, this.token, left), CONFIG_PATIENCE_MS);
    if (left.aborted || (config?.enabled === false && this.getAttribute('provider') !== 'browser')) return;
    this.#mayPrefetch = config?.prefetch !== false;
    this.#mayTell = config?.listening === true;
    this.#ready = true;
    this.#loadWhereNeeded();
    this.#watch();
    // What speaks comes while nothing else is to be done: at the press the gateway may be out of reach.
    if (!isSaving()) whenIdle(() => void this.#fetch().catch(() => {}));
    const language = this.#lang;
    if (/^en\b/i.test(language)) return;
    // What fails to load stays English.
    const words = await import('./languages.js').then(({ buttonsIn }) => buttonsIn(language)).catch(() => null);
    if (left.aborted || !words || this.#listening) return;
    this.#language = words;
    this.#rename();
  }

  /** What it takes to speak, and the words for it. */
  #fetch() {
    return Promise.all([import('./listening.js'), import('./languages.js').then(({ wordsIn }) => wordsIn(this.#lang))]);
  }

  /** The page's language. */
  get #lang() {
    return this.closest('[lang]')?.getAttribute('lang') || 'en';
  }

  /** The gateway's address; its paths are appended. */
  get #base() {
    return new URL(this.getAttribute('server') || '/', this.baseURI).href.replace(/\/?$/, '/');
  }

  #depart() {
    this.#leave.abort();
    this.#present = this.#ready = false;
    this.#asked += 1;
    this.#listening?.depart();
    this.#listening = this.#loading = null;
    this.#messages.leave();
  }

  #watch() {
    const root = this.getRootNode();
    this.#messages.watch(root instanceof ShadowRoot ? root : this.ownerDocument, this.getAttribute('messages') ?? '');
  }

  /**
   * Does something with what speaks, at once if it is there.
   *
   * @template T
   * @param {(listening: Listening) => T} task
   * @returns {T | Promise<T>}
   */
  #with(task) {
    if (this.#listening) return task(this.#listening);
    this.#loading ??= this.#fetch().then(([{ Gateway, Listening }, words]) => {
      this.#language = words;
      this.#rename();
      this.#listening ??= new Listening({
        player: this,
        root: this.#root,
        audio: this.#audio,
        store: this.#store,
        messages: this.#messages,
        gateway: () => new Gateway(this.#base, undefined, this.token),
        mayPrefetch: () => this.#mayPrefetch,
        mayTell: () => this.#mayTell && this.getAttribute('figures') !== 'off',
        showOn: (message, speaker) => this.#showOn(message, speaker),
      });
      return this.#listening;
    });
    // What failed to load may load the next time.
    this.#loading.catch(() => (this.#loading = null));
    return this.#loading.then(task);
  }

  /** What goes on by itself needs what speaks only where something is to be done by itself. @param {(listening: Listening) => void} task */
  #when(task) {
    if (this.#listening || this.#loading) this.#with(task);
  }

  #loadWhereNeeded() {
    const wanted = this.choices.continuous || remembered('shortcuts') === 'true' || this.getAttribute('provider') === 'browser' || EAGER.some((name) => isOn(this, name));
    if (wanted) this.#with(() => {});
  }

  /**
   * Something is to be heard. The browser lets sound begin in the press itself only.
   *
   * @template T
   * @param {unknown} name
   * @param {(listening: Listening) => T} task
   * @returns {Promise<T | void>}
   */
  async #press(name, task) {
    this.#asked += 1;
    const asked = this.#asked;
    if (this.#listening) return task(this.#listening);
    this.#store.dispatch({ type: 'asked', message: name, position: 0 });
    this.#audio.play().catch(() => {});
    try {
      return await this.#with((listening) => (asked === this.#asked ? task(listening) : undefined));
    } catch (cause) {
      if (this.#listening || asked !== this.#asked) throw cause;
      this.#store.dispatch({ type: 'failed', failure: { code: 'unreachable', message: String(cause), retryAfterSeconds: null } });
    }
  }

  /** @param {Element} message */
  #speakerFor(message) {
    const speaker = new SaywellSpeaker();
    speaker.strings = this.#strings;
    speaker.player = this;
    speaker.message = message;
    this.#dress(speaker);
    return speaker;
  }

  /** @param {SaywellSpeaker} speaker */
  #dress(speaker) {
    const theme = this.getAttribute('theme');
    if (theme) speaker.setAttribute('theme', theme);
    else speaker.removeAttribute('theme');
    speaker.toggleAttribute('icon', isOn(this, 'icons') || speaker.parentElement?.dataset['saywellPlace'] === 'icon');
  }

  /**
   * @param {Readonly<PlayerState>} state
   * @param {Readonly<PlayerState>} before
   */
  #onState(state, before) {
    for (const name of new Set([state.message, before.message])) {
      const message = this.#messages.named(name);
      const speaker = message && this.#messages.speakers.get(message);
      if (message && speaker) this.#showOn(message, speaker);
    }
    this.#report(state, before);
  }

  /**
   * Tells the page what has changed.
   *
   * @param {Readonly<PlayerState>} state
   * @param {Readonly<PlayerState>} before
   */
  #report(state, before) {
    /** @param {PlayerState['status']} status */
    const became = (status) => state.status === status && before.status !== status;
    this.#tell('statechange', state);
    if (state.firstSoundMs !== null && before.firstSoundMs === null) this.#tell('speechstart', state);
    if (became('failed')) this.#tell('speecherror', state.failure);
    if (became('ended')) this.#tell('speechend', state);
  }

  /** @param {string} type @param {unknown} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Shows again what depends on choices and attributes. */
  #refresh() {
    for (const [message, speaker] of this.#messages.speakers) this.#showOn(message, speaker);
    this.#listening?.refresh();
  }

  /**
   * @param {Element} message
   * @param {SaywellSpeaker} speaker
   */
  #showOn(message, speaker) {
    speaker.show(Object.is(nameOf(message), this.state.message) ? this.state : null, this.choices);
  }
}

/**
 * What a page has to know of the gateway before anything is heard.
 *
 * @param {string} url  where the gateway tells it
 * @param {Token} token  of who listens; one that is refused may have ended: a new one is asked for, once
 * @param {AbortSignal} signal
 * @returns {Promise<{ enabled: boolean, prefetch: boolean, listening: boolean } | null>}  whether there is speech, whether it may be made ahead, whether the gateway counts how it is listened to; null where it does not tell
 */
async function configFrom(url, token, signal) {
  /** @param {string | null} bearer */
  const ask = (bearer) => fetch(url, { credentials: 'same-origin', signal, ...(bearer && { headers: { Authorization: `Bearer ${bearer}` } }) });
  const isAsked = typeof token === 'function';
  const first = isAsked ? await token() : token;
  let answer = await ask(first);
  if (answer.status === 401 && isAsked && first) answer = await ask(await token(first));
  if (!answer.ok) return null;
  const { enabled, prefetch, listening } = await answer.json();
  return { enabled: enabled !== false, prefetch: prefetch !== false, listening: listening === true };
}
