// What comes while a page is idle, and at the first press at the latest: everything between "listen to this" and sound, marks, captions
// and controls. The element (saywell-player.js) finds the messages and hands on what is wanted.

import { pickSource } from './audio-source.js';
import { BrowserVoice } from './browser-voice.js';
import { captionAt } from './captions.js';
import { Controls, Told } from './controls.js';
import { CaptionBar, Dock, isDark, isTight } from './dock.js';
import { Figures } from './figures.js';
import { Gateway, PlayerError } from './gateway.js';
import { Highlighter } from './highlight.js';
import { MediaKeys, Screen } from './media-session.js';
import { titleOf } from './message-text.js';
import { nameOf } from './messages.js';
import { isElement } from './parts.js';
import { Places } from './places.js';
import { Playback, TOLD_EVERY_SECONDS } from './playback.js';
import { clampSpeed, isActive } from './player-store.js';
import { isOn, remember } from './preferences.js';
import { Ahead, Continuous } from './replies.js';
import { ShortcutHelp, isWriting, press } from './shortcuts.js';
import { SaywellSpeaker } from './saywell-speaker.js';
import { playerStyle } from './player-styles.js';
import { sentencesOf } from './true-sentences.js';
import { Voices } from './one-voice.js';
import { hasSentence } from './sentences.js';
import { START } from './session.js';
import { Texts } from './texts.js';
import { Written, whole } from './written.js';

/** @typedef {import('./playback.js').Speech} Speech */
/** @typedef {import('./player-store.js').Failure} Failure */
/** @typedef {import('./player-store.js').PlayerState} PlayerState */
/** @typedef {import('./saywell-player.js').Message} Message */

/** How far into a sentence a step back means this one, and not the one before, in seconds. */
const SENTENCE_BEGUN = 1.5;
/**
 * How often a message that is heard while it is written is read off the page, in milliseconds: what the page gives is
 * at hand, what it draws has to be gathered.
 */
const READ_EVERY_MS = { given: 20, drawn: 100 };
/** The shortest that a look at the sound is worth, in milliseconds. */
const FRAME_MS = 16;
/** How far a place is from the start and the end to be worth going back to, in seconds. */
const WORTH_KEEPING = 3;
/** How much of a reply tells it from another in its place, in UTF-16 units. */
const BEGINNING = 24;
/** What a tap on means something else. */
const CONTROLS = 'a, button, input, select, textarea, label, summary, audio, video, [contenteditable], [role=button], [role=link], saywell-speaker';
/** What the gateway may be unable to do while the browser still can. */
const STAND_IN = ['tts_disabled', 'unreachable', 'offline', 'quota_exceeded', 'trial_exhausted', 'language_unsupported', 'providers_exhausted', 'silent'];

/**
 * What the element lends.
 *
 * @typedef {object} Host
 * @property {import('./saywell-player.js').SaywellPlayer} player
 * @property {ShadowRoot} root
 * @property {HTMLAudioElement} audio
 * @property {import('./player-store.js').PlayerStore} store
 * @property {import('./messages.js').Messages} messages
 * @property {() => import('./gateway.js').Gateway} gateway
 * @property {() => boolean} mayPrefetch  whether the listener's plan allows sound to be made ahead
 * @property {() => boolean} mayTell  whether the gateway counts how it is listened to, and the page lets it
 * @property {(message: Element, speaker: SaywellSpeaker) => void} showOn
 */

export { Gateway };

/** What is heard: the message as it was found, if it is on the page, and its text. */
/** @typedef {{ message: Element | null, name: unknown, written: Written }} Heard */

export class Listening {
  #host;
  #playback;
  #browserVoice;
  /** Who has the word. @type {Playback | BrowserVoice} */
  #speaks;
  #highlighter;
  #captionBar;
  #help;
  #keys;
  #dock;
  #figures;
  #voices = new Voices(() => this.#yield());
  #ahead = new Ahead();
  #screen = new Screen();
  #continuous = new Continuous((message) => this.#speak(message));
  /** @type {Heard | null} */
  #heard = null;
  /** What was asked for of it. @type {Speech | null} */
  #speech = null;
  #texts;
  /** Messages that continuous mode has been told of, and how they began then. @type {Map<unknown, string>} */
  #announced = new Map();
  #places = new Places();
  #reading = false;
  /** When the page was read last, by its own clock. */
  #readAt = -Infinity;
  /** How often it is. */
  #readEvery = READ_EVERY_MS.given;
  #ticking = false;
  /** How many sentences were known when the marks were laid out. */
  #marked = 0;
  #leave = new AbortController();
  /** What voices introduce themselves by. */
  #sample = new Audio();
  /** What the sleep timer was set to. @type {number | null} */
  sleepMinutes = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #alarm;
  /** Whether the timer has ended the listening: nothing is read by itself until something is pressed. */
  #asleep = false;

  /** @param {Host} host */
  constructor(host) {
    const { store, audio, root, player, messages } = host;
    this.#host = host;
    this.#texts = new Texts((message) => player.textOf(message), (message) => messages.isOpen(message));
    SaywellSpeaker.Controls = Controls;
    SaywellSpeaker.Told = Told;
    root.adoptedStyleSheets = [playerStyle(player.ownerDocument)];
    this.#playback = new Playback({ audio, store, gateway: host.gateway, stepIn: (failure, speech) => this.#stepIn(failure, speech) });
    this.#browserVoice = new BrowserVoice({
      store,
      script: (speech, signal) => host.gateway().script(speech, signal),
      language: () => player.closest('[lang]')?.getAttribute('lang') ?? '',
    });
    this.#speaks = this.#playback;
    this.#playback.setSpeed(store.state.speed);
    this.#highlighter = new Highlighter();
    this.#dock = new Dock(root, player, {
      inView: () => this.#place(),
      read: () => this.#highlighter.range,
      back: () => {
        this.#highlighter.followAgain();
        this.#showCaptions();
      },
    });
    this.#captionBar = new CaptionBar(this.#dock.foot);
    this.#help = new ShortcutHelp(root);
    this.#keys = new MediaKeys(player);
    this.#figures = new Figures(
      (detail) => {
        if (isOn(player, 'figures')) player.dispatchEvent(new CustomEvent('saywell:listening', { detail, bubbles: true }));
        // What does not arrive is not worth a second try.
        if (host.mayTell()) host.gateway().tell(detail).catch(() => {});
      },
      () => player.getAttribute('conversation'),
    );
    store.subscribe((state, before) => this.#onState(state, before));
    const { signal } = this.#leave;
    const page = player.ownerDocument;
    page.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    page.addEventListener('input', (event) => this.#onInput(event), { signal, capture: true });
    page.addEventListener('click', (event) => this.#onClick(event), { signal, capture: true });
  }

  get #state() {
    return this.#host.store.state;
  }

  get #choices() {
    return this.#host.player.choices;
  }

  /** What is heard, if it is on the page. */
  get message() {
    return this.#heard?.message ?? null;
  }

  /** The element has left the page. */
  depart() {
    this.sleep(null);
    this.stop();
    this.#leave.abort();
    this.#screen.keep(false);
    this.#highlighter.clear();
    this.#dock.leave();
    this.#voices.leave();
  }

  /** The page is being left. */
  leavePage() {
    this.#figures.leave(this.#state);
    this.pause();
    this.#keepPlace(null);
    this.#ahead.giveUp();
  }

  /** @param {Message} message */
  speak(message) {
    this.#asleep = false;
    this.#continuous.unhush(message);
    this.#highlighter.followAgain();
    this.#speak(message);
  }

  /** Reads a message, perhaps by itself. @param {Message} message */
  #speak(message) {
    const { messages } = this.#host;
    const name = nameOf(message);
    const element = typeof message === 'string' ? messages.named(message) : message;
    const written = this.#texts.written(name, element);
    this.#announced.set(name, written.text.slice(0, BEGINNING));
    const startAt = this.#goesOnAt(name, written.text);
    const position = written.over ? this.#places.take(name, written.text) : 0;
    this.#begin({ message: element, name, written }, { ...this.#speechOf(name, element, written.text), written, startAt }, position);
  }

  /** Reads a message after what is heard, and after those that were queued before. @param {Message} message */
  queue(message) {
    const isFree = isOver(this.#state);
    this.#asleep = false;
    if (isFree) this.#highlighter.followAgain();
    this.#continuous.queue(message, isFree);
  }

  /** Reads a message and then those that follow it on the page. @param {Message} message */
  speakFrom(message) {
    const name = nameOf(message);
    if (!Object.is(this.#state.message, name) || isOver(this.#state)) this.speak(message);
    const all = [...this.#host.messages.speakers.keys()];
    const at = all.findIndex((other) => Object.is(nameOf(other), name));
    for (const next of at < 0 ? [] : all.slice(at + 1)) this.queue(next);
  }

  /** Ends the listening in a while. @param {number | null} minutes  null: not at all */
  sleep(minutes) {
    clearTimeout(this.#alarm);
    this.sleepMinutes = minutes;
    if (!minutes) return;
    this.#alarm = setTimeout(() => {
      this.sleepMinutes = null;
      this.pause();
      this.#continuous.clear();
      this.#asleep = true;
    }, minutes * 60_000);
  }

  /** @param {Message} message @param {string} piece */
  write(message, piece) {
    const name = nameOf(message);
    let written = this.#texts.draft(name);
    if (!written) {
      written = this.#texts.begin(name);
      // Whoever listens to it already hears it from here on.
      if (Object.is(this.#heard?.name, name)) this.#speak(message);
    }
    if (written.over) {
      this.#announced.delete(name);
      written.set(piece, false);
    } else written.write(piece);
    if (hasSentence(written.text)) this.#announce(message, name);
  }

  /** @param {Message} message */
  complete(message) {
    const name = nameOf(message);
    const written = this.#texts.draft(name);
    if (!written) return;
    written.set(written.text, true);
    if (/\S/.test(written.text)) this.#announce(message, name);
  }

  /**
   * @param {AsyncIterable<string> | Iterable<string>} pieces
   * @param {{ message?: Message, voice?: string, language?: string }} options
   */
  async speakStream(pieces, { message, ...wishes }) {
    const name = message ? nameOf(message) : Symbol('a stream');
    const written = message ? this.#texts.begin(name) : new Written();
    this.#announced.set(name, '');
    const element = message instanceof Element ? message : this.#host.messages.named(name);
    this.#highlighter.followAgain();
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

  /** @param {string} text @param {{ voice?: string, language?: string }} options */
  speakText(text, options) {
    const name = Symbol('a text');
    this.#begin({ message: null, name, written: whole(text) }, { ...this.#speechOf(name, null, text), ...options });
  }

  pause() {
    this.#speaks.pause();
  }

  resume() {
    this.#asleep = false;
    this.#continuous.unhush();
    // Where the browser stood in and failed too, it is the gateway's turn again.
    if (this.#state.status === 'failed' && this.#state.instead && this.#heard?.message) this.speak(this.#heard.message);
    else this.#speaks.resume();
  }

  stop() {
    this.#continuous.clear();
    this.#ahead.giveUp();
    this.#speaks.stop();
  }

  /** @param {number} position  seconds */
  seek(position) {
    this.#speaks.seek(position);
  }

  /** @param {number} sentences */
  skip(sentences) {
    const { position, captions } = this.#state;
    const known = sentencesOf(captions);
    const at = captionAt(known, position);
    const begun = sentences < 0 && at >= 0 && position - Number(known[at]?.start) > SENTENCE_BEGUN;
    this.#step(sentencesOf, at, sentences + (begun ? 1 : 0));
  }

  /** @param {number} words */
  skipWords(words) {
    const { position, captions } = this.#state;
    this.#step(({ words }) => words, captionAt(captions.words, position), words);
  }

  /**
   * Goes some steps on from the one that is said, or back.
   *
   * @param {(captions: import('./player-store.js').Captions) => readonly import('./player-store.js').Caption[]} stepsOf
   * @param {number} at  which one is said; -1: none yet
   * @param {number} steps
   */
  #step(stepsOf, at, steps) {
    const back = -steps - Math.max(0, at);
    // What was jumped over is not among those that are known.
    if (back > 0 && this.#speaks === this.#playback && this.#playback.goBefore(back, stepsOf)) return;
    this.#goTo(stepsOf(this.#state.captions)[Math.max(0, at + steps)]);
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.#browserVoice.setSpeed(speed);
    this.#playback.setSpeed(speed);
    remember('speed', clampSpeed(speed));
  }

  /** What is heard goes on in another voice, from the present sentence. */
  changeVoice() {
    const { status, captions, position } = this.#state;
    if (!this.#heard || !this.#speech || status === 'idle') return;
    const present = captions.utterances[captionAt(captions.utterances, position)];
    const from = present && status !== 'ended' ? { byte: present.source[0], second: present.start, made: 0 } : START;
    const { voice = null, provider = null } = this.#speechOf(this.#heard.name, this.#heard.message, '');
    this.#begin(this.#heard, { ...this.#speech, voice, provider }, from.second, from);
  }

  voices() {
    return this.#host.gateway().voices(this.#leave.signal);
  }

  /** @param {string | null} voice */
  async sample(voice) {
    this.pause();
    const { player } = this.#host;
    const { signal } = this.#leave;
    const id = voice ?? player.getAttribute('voice') ?? this.#state.rendition?.voice;
    if (!id) return;
    const sound = await this.#host.gateway().sample(id, signal);
    URL.revokeObjectURL(this.#sample.src);
    this.#sample.src = URL.createObjectURL(sound);
    this.#sample.volume = player.volume;
    await this.#sample.play();
  }

  /** What is chosen has changed, or what attributes say. */
  refresh() {
    this.#mark();
    this.#place();
  }

  /** Nothing more is to be read by itself. */
  forgetQueue() {
    this.#continuous.clear();
  }

  /** @param {Element} message */
  prefetch(message) {
    if (this.#isBrowsers()) return;
    const { format } = pickSource();
    this.#ahead.make({ ...this.#speechOf(nameOf(message), message, this.#texts.of(message)), format }, this.#host.gateway);
  }

  /** @param {Element} message */
  async download(message) {
    const { signal } = this.#leave;
    try {
      const speech = this.#speechOf(nameOf(message), message, this.#texts.of(message));
      save(await this.#host.gateway().file({ ...speech, format: 'mp3' }, signal), titleOf(speech.text));
    } catch (cause) {
      const error = cause instanceof PlayerError ? cause : new PlayerError('interrupted', String(cause), { cause });
      if (!signal.aborted) this.#host.messages.speakers.get(message)?.tell(error.toFailure());
      throw error;
    }
  }

  showHelp() {
    this.#help.show(this.#host.player.strings, isOn(this.#host.player, 'shortcuts'));
  }

  /** The messages on the page may be others now. */
  onScan() {
    const { messages } = this.#host;
    const { status, message: heard } = this.#state;
    if (status === 'idle' || !this.#heard) return;
    const message = messages.named(heard);
    if (message !== this.#heard.message || this.#highlighter.isStale) {
      // One that nothing selects may still be there.
      if (!message && this.#heard.message?.isConnected) return;
      this.#heard.message = message;
      this.#readSoon();
      this.#mark();
    }
    this.#place();
  }

  /** @param {Element} message @param {boolean} isTalk */
  onComplete(message, isTalk) {
    const { player, messages, mayPrefetch } = this.#host;
    if (isOn(player, 'prefetch') && mayPrefetch() && message === messages.newest) this.prefetch(message);
    const name = nameOf(message);
    // Another answer in the place of one that was read.
    const began = this.#announced.get(name);
    const isOther = began && isTalk && !this.#texts.draft(name) && !this.#texts.of(message).startsWith(began);
    if (message === this.#heard?.message && !(isOther && isOver(this.#state))) {
      this.#readSoon();
      return;
    }
    if (isOther) this.#announced.delete(name);
    if (isTalk) this.#announce(message, name);
  }

  /** A reply that is not complete has changed. @param {Element} message @param {boolean} isTalk */
  onGrowth(message, isTalk) {
    const name = nameOf(message);
    if (!isTalk || !this.#choices.continuous || this.#announced.has(name) || this.#texts.draft(name)) return;
    if (hasSentence(this.#texts.of(message))) this.#announce(message, name);
  }

  /** What is heard has changed on the page. @param {MutationRecord[]} changes */
  onChange(changes) {
    this.#highlighter.see(changes);
    this.#readSoon();
  }

  /**
   * @param {Heard} heard
   * @param {Speech} speech
   * @param {number} [position]  where it goes on, in seconds
   * @param {import('./session.js').Place} [from]  where its sound begins
   */
  #begin(heard, speech, position = 0, from = START) {
    this.#keepPlace(heard.name);
    this.#ahead.giveUp(speech);
    this.#heard = heard;
    this.#speech = speech;
    this.#voices.speakUp();
    this.#highlighter.clear();
    this.#mark();
    this.#speaks.leave();
    this.#speaks = this.#isBrowsers() ? this.#browserVoice : this.#playback;
    this.#speaks.speak(speech, null, position, from);
    this.#place();
  }

  /** Who turns from one message to another finds their place in it later. @param {unknown} next */
  #keepPlace(next) {
    const { position, duration, status } = this.#state;
    if (!this.#heard || Object.is(this.#heard.name, next) || !['playing', 'paused'].includes(status)) return;
    if (position > WORTH_KEEPING && duration - position > WORTH_KEEPING) this.#places.keep(this.#heard.name, position, this.#heard.written.text);
  }

  /** Another player on this page or in another tab speaks. */
  #yield() {
    if (!isActive(this.#state)) return;
    this.pause();
    this.#highlighter.clear();
  }

  /**
   * Where a reply goes on that ended before its end, being too long for once.
   *
   * @param {unknown} name
   * @param {string} text
   */
  #goesOnAt(name, text) {
    const { status, rendition } = this.#state;
    const same = Object.is(this.#heard?.name, name) && this.#heard?.written.text === text;
    return same && status === 'ended' ? (rendition?.continuesAt ?? null) : null;
  }

  /**
   * @param {unknown} name
   * @param {Element | null} message
   * @param {string} text
   * @returns {Speech}
   */
  #speechOf(name, message, text) {
    const { player } = this.#host;
    return {
      message: name,
      text,
      messageId: typeof name === 'string' ? name : (message?.getAttribute('data-message-id') ?? null),
      voice: player.voiceFor(message),
      provider: this.#isBrowsers() ? null : player.getAttribute('provider'),
    };
  }

  #isBrowsers() {
    return this.#host.player.getAttribute('provider') === 'browser';
  }

  /** Reads what is heard off the page, a little later. */
  #readSoon() {
    if (this.#reading || !this.#heard?.message) return;
    this.#reading = true;
    setTimeout(() => {
      this.#reading = false;
      this.#readAt = performance.now();
      const { message, name, written } = this.#heard ?? {};
      if (!message?.isConnected || !written) return;
      if (this.#highlighter.isStale) this.#mark();
      // What was heard to its end goes on only while it is being written.
      if (this.#texts.draft(name) || (this.#state.status === 'ended' && written.over && !this.#host.messages.isOpen(message))) return;
      this.#readEvery = this.#texts.read(message, written) ? READ_EVERY_MS.given : READ_EVERY_MS.drawn;
    }, Math.max(0, this.#readAt + this.#readEvery - performance.now()));
  }

  /**
   * Lets the browser's own voice speak where the gateway cannot.
   *
   * @param {Failure} failure
   * @param {Speech} speech
   */
  #stepIn(failure, speech) {
    const isOff = ['off', 'false'].includes(String(this.#host.player.getAttribute('fallback')));
    if (isOff || !STAND_IN.includes(failure.code) || !this.#browserVoice.hopeful) return false;
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

  /**
   * Continuous mode reads a reply from its first finished sentence on.
   *
   * @param {Message} message
   * @param {unknown} name
   */
  #announce(message, name) {
    if (!this.#choices.continuous || this.#asleep || this.#announced.has(name)) return;
    this.#announced.set(name, (this.#texts.draft(name)?.text ?? (typeof message === 'string' ? '' : this.#texts.of(message))).slice(0, BEGINNING));
    this.#continuous.add(message, isOver(this.#state), this.#choices.cut);
  }

  /**
   * @param {Readonly<PlayerState>} state
   * @param {Readonly<PlayerState>} before
   */
  #onState(state, before) {
    this.#figures.see(state, before);
    this.#showCaptions();
    const sentence = spoken(state);
    if (sentence && sentence.source[0] !== spoken(before)?.source[0]) {
      this.#dock.settle();
      this.#host.player.dispatchEvent(new CustomEvent('captionchange', { detail: sentence }));
    }
    // A locked screen would silence the browser's own voice.
    this.#screen.keep(state.by === 'browser' && isActive(state));
    this.#keys.show(state, () => titleOf(this.#heard?.written.text ?? ''));
    if (state.status === 'playing') this.#tick();
    if (state.status !== before.status || state.message !== before.message) this.#place();
    else this.#dock.show(state, this.#choices);
    if (state.status === 'playing' && before.status !== 'playing') this.#voices.speakUp();
    // Somebody was served: the gateway is willing.
    if (state.firstSoundMs !== null) this.#ahead.allow();
    if (state.status === 'idle') this.#heard = null;
    if (state.status === 'ended' && before.status !== 'ended') this.#continuous.next();
  }

  /** Puts the controls where they can be reached: at the message, or in the dock. */
  #place() {
    const { messages, player } = this.#host;
    const message = this.#heard?.message ?? null;
    const speaker = message && (messages.speakers.get(message) ?? null);
    if (speaker) {
      speaker.toggleAttribute('tight', isTight(speaker));
      if (!player.hasAttribute('theme')) speaker.toggleAttribute('dark', isDark(speaker));
    }
    this.#dock.place(this.#state, this.#choices, { speaker, message, title: titleOf(this.#heard?.written.text ?? '') });
  }

  /** Begins to mark what is heard, or leaves it. */
  #mark() {
    this.#marked = this.#state.captions.utterances.length;
    if (this.#heard?.message && this.#choices.words) this.#highlighter.follow(this.#heard.message, this.#heard.written.text);
    else this.#highlighter.clear();
    this.#showCaptions();
  }

  #showCaptions() {
    // What has been written since has its place now.
    const { length } = this.#state.captions.utterances;
    if (length > this.#marked && this.#heard?.written.text !== this.#highlighter.reply) this.#mark();
    this.#highlighter.show(this.#state);
    this.#captionBar.show(this.#state, this.#choices.bar);
  }

  /**
   * Follows the sound while there is some: looks again when the next word is due. Once a frame would have the whole
   * page drawn as often.
   *
   * @param {number} [now]  how far the sound is, in seconds
   */
  #tick(now = this.#state.position) {
    if (this.#ticking) return;
    this.#ticking = true;
    const { captions, speed } = this.#state;
    const next = captions.words[captionAt(captions.words, now) + 1]?.start ?? Infinity;
    const wait = (Math.min(TOLD_EVERY_SECONDS, next - now) * 1000) / speed;
    setTimeout(() => {
      this.#ticking = false;
      if (this.#state.status === 'playing') this.#tick(this.#speaks.tick());
    }, Math.max(FRAME_MS, wait));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const { player } = this.#host;
    if (this.#help.isOn(isOn(player, 'shortcuts')) && !this.#help.open && this.#voices.hasTheKeys) press(event, player);
  }

  /** Whoever begins to write is not read to any more. @param {Event} event */
  #onInput(event) {
    if (!isWriting(event) || !this.#choices.continuous || !isActive(this.#state)) return;
    this.pause();
    this.#continuous.hush();
  }

  /** A tap on a word of what is heard goes there. @param {MouseEvent} event */
  #onClick(event) {
    const [target] = event.composedPath();
    const message = this.#heard?.message;
    if (event.defaultPrevented || !isElement(target) || !message?.contains(target)) return;
    // What is a control does what it does, and who selects text selects.
    const isTap = this.#choices.taps && event.button === 0 && !target.closest(CONTROLS) && getSelection()?.isCollapsed !== false;
    if (!event.altKey && (!isTap || isOver(this.#state))) return;
    const byte = this.#highlighter.byteAt(event, message, this.#heard?.written.text ?? '');
    if (byte === null) return;
    event.preventDefault();
    const { words, utterances } = this.#state.captions;
    const holds = (/** @type {import('./player-store.js').Caption} */ { source: [from, to] }) => from <= byte && byte < to;
    const caption = words.find(holds) ?? utterances.find(holds);
    if (caption) this.#goTo(caption);
    else if (this.#speaks === this.#playback) this.#playback.goTo(byte);
  }
}

/** Whether nothing is heard or about to be. @param {Readonly<PlayerState>} state */
function isOver({ status }) {
  return ['idle', 'ended', 'failed'].includes(status);
}

/**
 * The sentence that is spoken, from the first sound on.
 *
 * @param {Readonly<PlayerState>} state
 */
function spoken({ firstSoundMs, captions, position }) {
  if (firstSoundMs === null) return undefined;
  const sentences = sentencesOf(captions);
  return sentences[captionAt(sentences, position)];
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
