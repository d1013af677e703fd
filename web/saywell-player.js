// <saywell-player>: one per chat. It finds the assistant's messages, now and later, puts a speaker
// on each, and holds the one <audio> element they share. Importing this file registers nothing;
// define.js does.

import { pickSource } from './audio-source.js';
import { BrowserVoice } from './browser-voice.js';
import { CaptionBar } from './caption-bar.js';
import { within } from './clock.js';
import { Gateway, PlayerError } from './gateway.js';
import { Highlighter } from './highlight.js';
import { MediaKeys } from './media-session.js';
import { drawnText, givenText, titleOf } from './message-text.js';
import { Messages, nameOf } from './messages.js';
import { Playback } from './playback.js';
import { playerStyle } from './styles.js';
import { PlayerStore, captionAt, clampSpeed, isActive } from './player-store.js';
import { choicesOf, isOn, remember, remembered } from './preferences.js';
import { Ahead, Continuous } from './replies.js';
import { SaywellSpeaker } from './saywell-speaker.js';
import { ShortcutHelp, isWriting, press } from './shortcuts.js';
import { ENGLISH } from './strings.js';
import { Written, hasSentence, settled, whole } from './written.js';

/** @typedef {import('./gateway.js').Token} Token */
/** @typedef {import('./playback.js').Speech} Speech */
/** @typedef {import('./player-store.js').Failure} Failure */
/** @typedef {import('./player-store.js').PlayerState} PlayerState */
/** @typedef {import('./preferences.js').Choices} Choices */
/** @typedef {import('./strings.js').Strings} Strings */
/** A message, or its name (`data-message-id`) where it need not be on the page. @typedef {Element | string} Message */

/** How long the page waits for the gateway's settings before it shows the speakers anyway. */
const CONFIG_PATIENCE_MS = 2000;
/** How far into a sentence a step back means this one, and not the one before, in seconds. */
const SENTENCE_BEGUN = 1.5;
/** How often a message that is heard while it is written is read off the page, in milliseconds. */
const READ_EVERY_MS = 100;
/** How many replies that the page wrote by `write` are remembered. */
const DRAFTS = 100;
/** What the gateway may be unable to do while the browser still can. */
const STAND_IN = [
  'tts_disabled',
  'unreachable',
  'offline',
  'quota_exceeded',
  'trial_exhausted',
  'language_unsupported',
  'providers_exhausted',
];

/**
 * Attributes:
 * - `messages`: CSS selector of the assistant's messages
 * - `server`: address of the gateway; empty or absent: this page's own origin
 * - `token`: a JWT or an API key; see the property for one that changes
 * - `voice`, `provider`: asked for; absent: the gateway's defaults; `provider="browser"`: the
 *   browser's own voice
 * - `speed`: 0.8 to 1.25
 * - `captions`: the spoken sentence and word are marked in the message; `bar`: and shown at the foot
 * - `continuous`: new replies are read by themselves, in order
 * - `prefetch`: the newest reply is made ahead
 * - `shortcuts`: keys work on the whole page
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
 */
export class SaywellPlayer extends HTMLElement {
  static observedAttributes = ['messages', 'theme', 'captions', 'continuous', 'prefetch', 'provider'];

  /** @type {(message: Element) => string | null} */
  #textOf = () => null;
  /** @type {Token} */
  #token = null;
  /** @type {Strings} */
  #strings = ENGLISH;

  #audio = document.createElement('audio');
  #store = new PlayerStore();
  #playback = new Playback({
    audio: this.#audio,
    store: this.#store,
    gateway: () => this.#gateway(),
    stepIn: (failure, speech) => this.#stepIn(failure, speech),
  });
  #browserVoice = new BrowserVoice({
    store: this.#store,
    script: (speech, signal) => this.#gateway().script(speech, signal),
    language: () => this.closest('[lang]')?.getAttribute('lang') ?? '',
  });
  /** Who has the word. @type {Playback | BrowserVoice} */
  #speaks = this.#playback;
  #root = this.attachShadow({ mode: 'open' });
  #highlighter = new Highlighter(this.#root);
  #captionBar = new CaptionBar(this.#root);
  #help = new ShortcutHelp(this.#root);
  #keys = new MediaKeys(this);
  #ahead = new Ahead();
  #continuous = new Continuous((message) => this.speak(message));
  #messages = new Messages({
    speakerFor: (message) => this.#speakerFor(message),
    shown: (message, speaker) => this.#showOn(message, speaker),
    scanned: (messages) => this.#onScan(messages),
    complete: (message, isTalk) => this.#onComplete(message, isTalk),
    grown: (message, isTalk) => this.#onGrowth(message, isTalk),
    heard: () => this.#heard?.message ?? null,
    changed: () => this.#readSoon(),
  });

  /** What is heard: the message as it was found, if it is on the page, and its text. @type {{ message: Element | null, name: unknown, written: Written } | null} */
  #heard = null;
  /** Replies that the page writes by `write`, by their names. @type {Map<unknown, Written>} */
  #drafts = new Map();
  /** Messages that continuous mode has been told of. @type {Set<unknown>} */
  #announced = new Set();
  #reading = false;
  /** How many sentences were known when the marks were laid out. */
  #marked = 0;
  #present = false;
  #ready = false;
  /** What the gateway says of this listener's plan. */
  #mayPrefetch = true;
  #ticking = false;
  #leave = new AbortController();
  /** @type {Readonly<Choices>} */
  #choices = { words: false, bar: false, continuous: false };

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [playerStyle];
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

  /** Words to show in place of the English ones; what is left out stays English. */
  get strings() {
    return this.#strings;
  }

  /** @param {Partial<Strings>} words */
  set strings(words) {
    this.#strings = { ...ENGLISH, ...words };
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
    this.#playback.setSpeed(clampSpeed(Number(remembered('speed') ?? this.getAttribute('speed') ?? 1)));
    const page = this.ownerDocument;
    page.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    page.addEventListener('input', (event) => this.#onInput(event), { signal, capture: true });
    page.addEventListener('click', (event) => this.#onClick(event), { signal, capture: true });
    const leave = () => {
      this.pause();
      this.#ahead.giveUp();
    };
    addEventListener('pagehide', leave, { signal });
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
    if (!this.#ready) return;
    this.#choices = choicesOf(this);
    if (name === 'theme') for (const speaker of this.#messages.speakers.values()) this.#dress(speaker);
    else if (name === 'messages') this.#watch();
    else this.#refresh();
  }

  /**
   * Starts, pauses or goes on, whichever a press of the message's speaker button would.
   *
   * @param {Element | null} [message]  absent: what is heard, or the newest
   */
  toggle(message = this.#heard?.message ?? this.#messages.newest) {
    const { state } = this;
    if (!message) return;
    if (!Object.is(state.message, nameOf(message)) || state.status === 'ended') this.speak(message);
    else if (isActive(state)) this.pause();
    else this.resume();
  }

  /**
   * Reads a message from its start, or the rest of one that was too long for once. One that is still being
   * written is read as it is written. Call it in a click, or the browser may refuse; then the state is
   * `blocked` and the message's speaker says "Tap to hear".
   *
   * @param {Message | null} [message]  absent: the newest
   */
  speak(message = this.#messages.newest) {
    if (!message) return;
    this.#continuous.unhush(message);
    const name = nameOf(message);
    this.#announced.add(name);
    const element = typeof message === 'string' ? this.#messages.named(message) : message;
    const written = this.#drafts.get(name) ?? this.#draftOf(element);
    const startAt = this.#goesOnAt(name, written.text);
    this.#begin({ message: element, name, written }, { ...this.#speechOf(name, element, written.text), written, startAt });
  }

  /**
   * Adds to a message that is being written. It can be listened to from its first words; in continuous mode
   * it is read from its first finished sentence on. The first piece after `complete` begins it anew.
   *
   * @param {Message} message
   * @param {string} piece  of the reply as the model writes it, of any size
   */
  write(message, piece) {
    const name = nameOf(message);
    let written = this.#drafts.get(name);
    if (!written) {
      written = new Written();
      this.#drafts.set(name, written);
      const [oldest] = this.#drafts.keys();
      if (this.#drafts.size > DRAFTS) this.#drafts.delete(oldest);
      // Whoever listens to it already hears it from here on.
      if (Object.is(this.#heard?.name, name) && this.#heard) this.speak(message);
    }
    if (written.over) {
      this.#announced.delete(name);
      written.set(piece, false);
    } else written.write(piece);
    if (hasSentence(written.text)) this.#announce(message, name);
  }

  /**
   * A message that was written by `write` is all there.
   *
   * @param {Message} message
   */
  complete(message) {
    const name = nameOf(message);
    const written = this.#drafts.get(name);
    if (!written) return;
    written.set(written.text, true);
    if (/\S/.test(written.text)) this.#announce(message, name);
  }

  /**
   * Reads a text as it comes, a message's or anybody's. Call it in a click.
   *
   * @param {AsyncIterable<string> | Iterable<string>} pieces
   * @param {{ message?: Message, voice?: string, language?: string }} [options]
   * @returns {Promise<void>}  when all of it has been written, which is before it has all been heard
   */
  async speakStream(pieces, { message, ...wishes } = {}) {
    const name = message ? nameOf(message) : Symbol('a stream');
    const written = new Written();
    if (message) this.#drafts.set(name, written);
    this.#announced.add(name);
    const element = message instanceof Element ? message : this.#messages.named(name);
    this.#begin({ message: element, name, written }, { ...this.#speechOf(name, element, ''), ...wishes, written });
    try {
      for await (const piece of pieces) {
        // Nobody listens any more: the writer is told, as by any loop that ends.
        if (!message && this.#heard?.written !== written) return;
        written.write(piece);
      }
    } finally {
      written.set(written.text, true);
    }
  }

  /**
   * Reads any text. Call it in a click.
   *
   * @param {string} text  plain or Markdown
   * @param {{ voice?: string, language?: string }} [options]
   */
  speakText(text, options = {}) {
    const name = Symbol('a text');
    this.#begin({ message: null, name, written: whole(text) }, { ...this.#speechOf(name, null, text), ...options });
  }

  /**
   * @param {{ message: Element | null, name: unknown, written: Written }} heard
   * @param {Speech} speech
   */
  #begin(heard, speech) {
    this.#ahead.giveUp(speech);
    this.#heard = heard;
    this.#mark();
    this.#speaks.leave();
    this.#speaks = this.#isBrowsers() ? this.#browserVoice : this.#playback;
    this.#speaks.speak(speech);
  }

  /**
   * Where a reply goes on that ended before its end, being too long for once.
   *
   * @param {unknown} name
   * @param {string} text
   */
  #goesOnAt(name, text) {
    const { status, rendition } = this.state;
    const same = Object.is(this.#heard?.name, name) && this.#heard?.written.text === text;
    return same && status === 'ended' ? rendition?.continuesAt ?? null : null;
  }

  pause() {
    this.#speaks.pause();
  }

  resume() {
    this.#continuous.unhush();
    // Where the browser stood in and failed too, it is the gateway's turn again.
    if (this.state.status === 'failed' && this.state.instead && this.#heard?.message) this.speak(this.#heard.message);
    else this.#speaks.resume();
  }

  /** Ends the listening and forgets what was to be read next. */
  stop() {
    this.#continuous.clear();
    this.#ahead.giveUp();
    this.#speaks.stop();
  }

  /** @param {number} position  seconds */
  seek(position) {
    this.#speaks.seek(position);
  }

  /**
   * Goes some sentences on, or back.
   *
   * @param {number} sentences
   */
  skip(sentences) {
    const { position, captions } = this.state;
    const at = captionAt(captions.utterances, position);
    const begun = sentences < 0 && at >= 0 && position - Number(captions.utterances[at]?.start) > SENTENCE_BEGUN;
    this.#goTo(captions.utterances[Math.max(0, at + sentences + (begun ? 1 : 0))]);
  }

  /**
   * Goes some words on, or back.
   *
   * @param {number} words
   */
  skipWords(words) {
    const { position, captions } = this.state;
    this.#goTo(captions.words[Math.max(0, captionAt(captions.words, position) + words)]);
  }

  /** @param {number} speed  0.8 to 1.25 */
  setSpeed(speed) {
    this.#browserVoice.setSpeed(speed);
    this.#playback.setSpeed(speed);
    remember('speed', this.state.speed);
  }

  /**
   * Turns on or off what a listener can choose, and remembers it.
   *
   * @param {keyof Choices} choice
   * @param {boolean} [on]  absent: the other way round
   */
  choose(choice, on = !this.choices[choice]) {
    remember(choice, on);
    if (choice === 'continuous') this.#continuous.clear();
    this.#choices = choicesOf(this);
    this.#refresh();
    this.#tell('choicechange', this.#choices);
  }

  /**
   * Has a message made ahead, in an idle moment; nothing is heard.
   *
   * @param {Element | null} [message]  absent: the newest
   */
  prefetch(message = this.#messages.newest) {
    if (!message || this.#isBrowsers()) return;
    const { format } = pickSource();
    this.#ahead.make({ ...this.#speechOf(nameOf(message), message, this.#textFor(message)), format }, () => this.#gateway());
  }

  /**
   * Saves a message as one MP3 file.
   *
   * @param {Element | null} [message]  absent: what is heard, or the newest
   * @throws {PlayerError}
   */
  async download(message = this.#heard?.message ?? this.#messages.newest) {
    if (!message) return;
    const { signal } = this.#leave;
    try {
      const speech = this.#speechOf(nameOf(message), message, this.#textFor(message));
      save(await this.#gateway().file({ ...speech, format: 'mp3' }, signal), titleOf(speech.text));
    } catch (cause) {
      const error = cause instanceof PlayerError ? cause : new PlayerError('interrupted', String(cause), { cause });
      if (!signal.aborted) this.#messages.speakers.get(message)?.tell(error.toFailure());
      throw error;
    }
  }

  /** Shows the list of shortcuts. */
  showHelp() {
    this.#help.show(this.#strings);
  }

  /** @param {AbortSignal} left  aborted when this element leaves the page */
  async #start(left) {
    // A gateway that cannot be reached now may be there at the click, which then says what is wrong.
    const config = await within(this.#gateway().config(left), CONFIG_PATIENCE_MS);
    if (left.aborted || (config?.enabled === false && !this.#isBrowsers())) return;
    this.#mayPrefetch = config?.prefetch !== false;
    this.#ready = true;
    this.#watch();
  }

  #depart() {
    this.#leave.abort();
    this.#present = this.#ready = false;
    this.stop();
    this.#highlighter.clear();
    this.#messages.leave();
  }

  #watch() {
    this.#messages.watch(this.ownerDocument, this.getAttribute('messages') ?? '');
  }

  #gateway() {
    return new Gateway(new URL(this.getAttribute('server') || '/', this.baseURI), undefined, this.token);
  }

  /**
   * @param {unknown} name
   * @param {Element | null} message
   * @param {string} text
   * @returns {Speech}
   */
  #speechOf(name, message, text) {
    return {
      message: name,
      text,
      messageId: typeof name === 'string' ? name : (message?.getAttribute('data-message-id') ?? null),
      voice: this.getAttribute('voice'),
      provider: this.#isBrowsers() ? null : this.getAttribute('provider'),
    };
  }

  /** A message's text. @param {Element} message */
  #textFor(message) {
    return this.#drafts.get(nameOf(message))?.text ?? this.#textOf(message) ?? givenText(message) ?? drawnText(message);
  }

  /** A message's text as the page has it, to be brought up to date. @param {Element | null} message */
  #draftOf(message) {
    const written = new Written();
    if (message) this.#read(message, written);
    return written;
  }

  /**
   * @param {Element} message
   * @param {Written} written
   */
  #read(message, written) {
    const given = this.#textOf(message) ?? givenText(message);
    const isOpen = this.#messages.isOpen(message);
    const drawn = given ?? drawnText(message);
    // What a renderer is still drawing may yet be drawn otherwise; what the model wrote stays.
    written.set(given === null && isOpen ? settled(drawn) : drawn, !isOpen);
  }

  /** What is heard has changed on the page. */
  #readSoon() {
    if (this.#reading || !this.#heard?.message || this.#drafts.has(this.#heard.name)) return;
    this.#reading = true;
    setTimeout(() => {
      this.#reading = false;
      const { heard, state } = { heard: this.#heard, state: this.state };
      if (!heard?.message?.isConnected || this.#drafts.has(heard.name)) return;
      // What was heard to its end goes on only while it is being written.
      if (state.status === 'ended' && !this.#messages.isOpen(heard.message)) return;
      this.#read(heard.message, heard.written);
    }, READ_EVERY_MS);
  }

  #isBrowsers() {
    return this.getAttribute('provider') === 'browser';
  }

  /**
   * Lets the browser's own voice speak where the gateway cannot.
   *
   * @param {Failure} failure
   * @param {Speech} speech
   */
  #stepIn(failure, speech) {
    if (!STAND_IN.includes(failure.code) || !this.#browserVoice.ready) return false;
    this.#playback.leave();
    this.#speaks = this.#browserVoice;
    this.#browserVoice.speak(speech, failure);
    return true;
  }

  /** @param {import('./player-store.js').Caption | undefined} caption */
  #goTo(caption) {
    // A hair past its start, or rounding would count it as the one before.
    if (caption) this.seek(caption.start + 0.002);
  }

  /** @param {Element[]} messages  those on the page */
  #onScan(messages) {
    const { status, message: heard } = this.state;
    if (status === 'idle') return;
    const message = messages.find((message) => Object.is(nameOf(message), heard));
    if (!message && this.#heard?.message) {
      // Sound without a message on the page could not be stopped by anyone.
      this.stop();
    } else if (message && this.#heard && (message !== this.#heard.message || this.#highlighter.isStale)) {
      this.#heard.message = message;
      this.#readSoon();
      this.#mark();
    }
  }

  /**
   * A reply is complete.
   *
   * @param {Element} message
   * @param {boolean} isTalk
   */
  #onComplete(message, isTalk) {
    if (isOn(this, 'prefetch') && this.#mayPrefetch && message === this.#messages.newest) this.prefetch(message);
    if (isTalk) this.#announce(message, nameOf(message));
    if (message === this.#heard?.message) this.#readSoon();
  }

  /**
   * A reply that is not complete has changed.
   *
   * @param {Element} message
   * @param {boolean} isTalk
   */
  #onGrowth(message, isTalk) {
    const name = nameOf(message);
    if (!isTalk || !this.choices.continuous || this.#announced.has(name) || this.#drafts.has(name)) return;
    if (hasSentence(this.#textFor(message))) this.#announce(message, name);
  }

  /**
   * Continuous mode reads a reply from its first finished sentence on.
   *
   * @param {Message} message
   * @param {unknown} name
   */
  #announce(message, name) {
    if (!this.choices.continuous || this.#announced.has(name)) return;
    this.#announced.add(name);
    this.#continuous.add(message, ['idle', 'ended', 'failed'].includes(this.state.status));
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
  }

  /**
   * @param {Readonly<PlayerState>} state
   * @param {Readonly<PlayerState>} before
   */
  #onState(state, before) {
    for (const [message, speaker] of this.#messages.speakers) {
      const name = nameOf(message);
      if (Object.is(name, state.message) || Object.is(name, before.message)) this.#showOn(message, speaker);
    }
    this.#showCaptions();
    this.#keys.show(state, titleOf(this.#heard?.written.text ?? ''));
    if (state.status === 'playing') this.#tick();
    // Somebody was served: the gateway is willing.
    if (state.firstSoundMs !== null) this.#ahead.allow();
    this.#report(state, before);
    if (state.status === 'idle') this.#heard = null;
    if (state.status === 'ended' && before.status !== 'ended' && this.choices.continuous) this.#continuous.next();
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
    const sentence = sentenceOf(state);
    if (sentence && sentence.source[0] !== sentenceOf(before)?.source[0]) this.#tell('captionchange', sentence);
  }

  /** @param {string} type @param {unknown} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Begins to mark what is heard, or leaves it. */
  #mark() {
    this.#marked = this.state.captions.utterances.length;
    if (this.#heard?.message && this.choices.words) this.#highlighter.follow(this.#heard.message, this.#heard.written.text);
    else this.#highlighter.clear();
    this.#showCaptions();
  }

  #showCaptions() {
    // What has been written since has its place now.
    const { length } = this.state.captions.utterances;
    if (length > this.#marked && this.#heard?.written.text !== this.#highlighter.reply) this.#mark();
    this.#highlighter.show(this.state);
    this.#captionBar.show(this.state, this.choices.bar);
  }

  /** Shows again what depends on choices and attributes. */
  #refresh() {
    for (const [message, speaker] of this.#messages.speakers) this.#showOn(message, speaker);
    this.#mark();
  }

  /**
   * @param {Element} message
   * @param {SaywellSpeaker} speaker
   */
  #showOn(message, speaker) {
    speaker.show(Object.is(nameOf(message), this.state.message) ? this.state : null, this.choices);
  }

  /** Moves the progress bar once a frame, only while there is sound. */
  #tick() {
    if (this.#ticking) return;
    this.#ticking = true;
    requestAnimationFrame(() => {
      this.#ticking = false;
      if (this.state.status !== 'playing') return;
      this.#speaks.tick();
      this.#tick();
    });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (isOn(this, 'shortcuts') && this.#ready && this.#help.on && !this.#help.open) press(event, this);
  }

  /** Whoever begins to write is not read to any more. @param {Event} event */
  #onInput(event) {
    if (!isWriting(event) || !this.choices.continuous || !isActive(this.state)) return;
    this.pause();
    this.#continuous.hush();
  }

  /** A click on a word, with Alt, goes there. @param {MouseEvent} event */
  #onClick(event) {
    if (!event.altKey || !this.#heard?.message?.contains(/** @type {Node} */ (event.target))) return;
    const byte = this.#highlighter.byteAt(event);
    if (byte === null) return;
    event.preventDefault();
    this.#goTo(this.state.captions.words.find(({ source: [from, to] }) => from <= byte && byte < to));
  }
}

/**
 * The sentence that is spoken, from the first sound on.
 *
 * @param {Readonly<PlayerState>} state
 */
function sentenceOf({ firstSoundMs, captions: { utterances }, position }) {
  return firstSoundMs === null ? undefined : utterances[captionAt(utterances, position)];
}

/**
 * @param {Blob} file  MP3
 * @param {string} title
 */
function save(file, title) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = `${title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '')}.mp3`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
