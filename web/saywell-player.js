// <saywell-player>: one per chat. It finds the assistant's messages, now and later, puts a speaker
// on each, and holds the one <audio> element they share. Importing this file registers nothing;
// define.js does.

import { Gateway } from './gateway.js';
import { Highlighter } from './highlight.js';
import { textOf } from './message-text.js';
import { Playback } from './playback.js';
import { PlayerStore, clampSpeed, isActive } from './player-store.js';
import { SaywellSpeaker } from './saywell-speaker.js';
import { ENGLISH } from './strings.js';

/** @typedef {import('./player-store.js').PlayerState} PlayerState */
/** @typedef {import('./strings.js').Strings} Strings */

/** How long the page waits for the gateway's settings before it shows the speakers anyway. */
const CONFIG_PATIENCE_MS = 2000;
const SPEED_KEPT_AS = 'saywell-speed';

/**
 * Attributes:
 * - `messages`: CSS selector of the assistant's messages
 * - `server`: address of the gateway; empty or absent: this page's own origin
 * - `voice`, `provider`: asked for; absent: the gateway's defaults
 * - `captions`: present: the spoken sentence and word are marked in the message
 * - `speed`: 0.8 to 1.25; what the listener chooses is remembered and wins
 *
 * A message may carry its Markdown (`data-markdown`, or a child `<template data-markdown>`), its
 * name (`data-message-id`), and the place for its speaker (a descendant `[data-saywell-place]`).
 *
 * @fires SaywellPlayer#statechange  after every change of `state`
 */
export class SaywellPlayer extends HTMLElement {
  static observedAttributes = ['messages'];

  /**
   * What a message says, where the attributes do not tell; return null to leave it to them.
   *
   * @type {(message: Element) => string | null}
   */
  textOf = () => null;

  /**
   * The token that says to the gateway who the user is, where the gateway asks for one. Asked before every call, so
   * that it may be renewed.
   *
   * @type {import('./gateway.js').TokenOf}
   */
  tokenOf = () => null;

  #audio = document.createElement('audio');
  #store = new PlayerStore();
  #playback = new Playback({
    audio: this.#audio,
    store: this.#store,
    gateway: () => this.#gateway(),
    captions: () => this.hasAttribute('captions') && Highlighter.supported,
  });
  #highlighter = new Highlighter();
  /** @type {Strings} */
  #strings = ENGLISH;
  /** @type {Map<Element, SaywellSpeaker>} */
  #speakers = new Map();
  #observer = new MutationObserver((changes) => this.#onMutation(changes));
  #ready = false;
  #scanning = false;
  #ticking = false;
  #leave = new AbortController();

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    this.#audio.preload = 'auto';
    root.append(this.#audio);
    this.#store.subscribe((state) => this.#onState(state));
  }

  /** @returns {Readonly<PlayerState>} */
  get state() {
    return this.#store.state;
  }

  /** Words to show in place of the English ones; what is left out stays English. */
  get strings() {
    return this.#strings;
  }

  /** @param {Partial<Strings>} words */
  set strings(words) {
    this.#strings = { ...ENGLISH, ...words };
    for (const [message, speaker] of this.#speakers) {
      speaker.strings = this.#strings;
      this.#showOn(message, speaker);
    }
  }

  connectedCallback() {
    this.#leave = new AbortController();
    this.#playback.setSpeed(rememberedSpeed() ?? clampSpeed(Number(this.getAttribute('speed') ?? 1)));
    this.#start(this.#leave.signal);
  }

  disconnectedCallback() {
    this.#leave.abort();
    this.#observer.disconnect();
    this.#ready = false;
    this.stop();
    this.#highlighter.clear();
    for (const speaker of this.#speakers.values()) speaker.remove();
    this.#speakers.clear();
  }

  attributeChangedCallback() {
    if (this.#ready) this.#scan();
  }

  /**
   * Starts, pauses or goes on, whichever a press of the message's speaker button would.
   *
   * @param {Element} message
   */
  toggle(message) {
    const { state } = this;
    if (!Object.is(state.message, nameOf(message)) || state.status === 'ended') this.speak(message);
    else if (isActive(state)) this.pause();
    else this.resume();
  }

  /**
   * Reads a message from its start. Call it in a click, or the browser may refuse; then the state is
   * `blocked` and the message's speaker says "Tap to hear".
   *
   * @param {Element} message
   */
  speak(message) {
    const text = this.textOf(message) ?? textOf(message);
    if (this.hasAttribute('captions')) this.#highlighter.follow(message, text);
    else this.#highlighter.clear();
    this.#playback.speak({
      message: nameOf(message),
      text,
      messageId: message.getAttribute('data-message-id'),
      voice: this.getAttribute('voice'),
      provider: this.getAttribute('provider'),
    });
  }

  pause() {
    this.#playback.pause();
  }

  resume() {
    this.#playback.resume();
  }

  stop() {
    this.#playback.stop();
  }

  /** @param {number} position  seconds */
  seek(position) {
    this.#playback.seek(position);
  }

  /** @param {number} speed  0.8 to 1.25 */
  setSpeed(speed) {
    this.#playback.setSpeed(speed);
    rememberSpeed(this.state.speed);
  }

  #gateway() {
    const address = new URL(this.getAttribute('server') || '/', this.baseURI);
    return new Gateway(address, undefined, () => this.tokenOf());
  }

  /** @param {AbortSignal} left  aborted when this element leaves the page */
  async #start(left) {
    const gateway = this.#gateway();
    // A gateway that cannot be reached now may be there at the click, which then says what is wrong.
    const config = await Promise.race([
      gateway.config(left).catch(() => null),
      new Promise((resolve) => setTimeout(resolve, CONFIG_PATIENCE_MS, null)),
    ]);
    if (left.aborted || config?.enabled === false) return;
    this.#ready = true;
    this.#observer.observe(this.ownerDocument, { childList: true, subtree: true });
    this.#scan();
  }

  /** @param {MutationRecord[]} changes */
  #onMutation(changes) {
    const relevant = changes.some(({ addedNodes, removedNodes }) =>
      [...addedNodes, ...removedNodes].some((node) => node instanceof Element),
    );
    if (!relevant || this.#scanning) return;
    // A reply that is being written changes many times a frame; one look per frame is enough.
    this.#scanning = true;
    requestAnimationFrame(() => {
      this.#scanning = false;
      if (this.#ready) this.#scan();
    });
  }

  /** Brings the speakers in line with the messages on the page. */
  #scan() {
    const selector = this.getAttribute('messages');
    const messages = new Set(selector ? this.ownerDocument.querySelectorAll(selector) : []);
    for (const [message, speaker] of this.#speakers) {
      if (messages.has(message)) continue;
      speaker.remove();
      this.#speakers.delete(message);
    }
    for (const message of messages) {
      const speaker = this.#speakers.get(message) ?? this.#speakerFor(message);
      const place = message.querySelector('[data-saywell-place]') ?? message;
      if (speaker.parentNode !== place) place.append(speaker);
    }
    // Sound without a message on the page could not be stopped by anyone.
    const { status, message: heard } = this.state;
    if (status !== 'idle' && ![...messages].some((message) => Object.is(nameOf(message), heard))) this.stop();
  }

  /** @param {Element} message */
  #speakerFor(message) {
    const speaker = new SaywellSpeaker();
    speaker.strings = this.#strings;
    speaker.wishes = {
      toggle: () => this.toggle(message),
      stop: () => this.stop(),
      seek: (position) => this.seek(position),
      setSpeed: (speed) => this.setSpeed(speed),
    };
    this.#speakers.set(message, speaker);
    this.#showOn(message, speaker);
    return speaker;
  }

  /** @type {unknown} */
  #shown = null;

  /** @param {Readonly<PlayerState>} state */
  #onState(state) {
    for (const [message, speaker] of this.#speakers) {
      const name = nameOf(message);
      if (Object.is(name, state.message) || Object.is(name, this.#shown)) this.#showOn(message, speaker);
    }
    this.#shown = state.message;
    this.#highlighter.show(state);
    if (state.status === 'playing') this.#tick();
    this.dispatchEvent(new CustomEvent('statechange', { detail: state }));
  }

  /**
   * @param {Element} message
   * @param {SaywellSpeaker} speaker
   */
  #showOn(message, speaker) {
    speaker.show(Object.is(nameOf(message), this.state.message) ? this.state : null);
  }

  /** Moves the progress bar once a frame, only while there is sound. */
  #tick() {
    if (this.#ticking) return;
    this.#ticking = true;
    requestAnimationFrame(() => {
      this.#ticking = false;
      if (this.state.status !== 'playing') return;
      this.#playback.tick();
      this.#tick();
    });
  }
}

/**
 * What tells a message apart, also after the page has rendered it anew.
 *
 * @param {Element} message
 */
function nameOf(message) {
  return message.getAttribute('data-message-id') ?? message;
}

/** @returns {number | null} */
function rememberedSpeed() {
  try {
    const kept = localStorage.getItem(SPEED_KEPT_AS);
    return kept === null ? null : clampSpeed(Number(kept));
  } catch {
    return null; // Storage is off; the listener chooses again.
  }
}

/** @param {number} speed */
function rememberSpeed(speed) {
  try {
    localStorage.setItem(SPEED_KEPT_AS, String(speed));
  } catch {
    // Storage is off; the choice lasts as long as the page.
  }
}
