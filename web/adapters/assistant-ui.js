// assistant-ui's "read aloud" through a <saywell-player>: its messages' Speak and Stop buttons start and end
// it, and know what it does. The player's own controls are at the foot of the page meanwhile.

import '../define.js';

/** What ends an utterance, by the player's states. @type {Record<string, 'finished' | 'error' | 'cancelled'>} */
const ENDS = { ended: 'finished', failed: 'error', idle: 'cancelled' };

export class SaywellSpeechAdapter {
  #options;
  /** @type {any} */
  #player = null;
  /** Ends the one before. */
  #leave = () => {};

  /** @param {import('./assistant-ui.js').SaywellSpeechOptions} [options] */
  constructor(options = {}) {
    this.#options = options;
  }

  /** The element that speaks: the one that was given, the page's, or a new one. */
  get player() {
    const { player, ...attributes } = this.#options;
    const known = player ?? (this.#player?.isConnected ? this.#player : document.querySelector('saywell-player'));
    if (known) return known;
    const { token, ...rest } = attributes;
    this.#player = document.createElement('saywell-player');
    for (const [name, value] of Object.entries(rest)) this.#player.setAttribute(name, String(value));
    if (token) this.#player.token = token;
    document.body.append(this.#player);
    return this.#player;
  }

  /** @param {string} text */
  speak(text) {
    this.#leave();
    const { player } = this;
    const listeners = new Set();
    const ear = new AbortController();
    /** @type {any} */
    const utterance = {
      status: { type: 'starting' },
      cancel: () => {
        if (utterance.status.type === 'ended') return;
        become({ type: 'ended', reason: 'cancelled' });
        player.stop();
      },
      /** @param {() => void} listener */
      subscribe: (listener) => {
        // Who comes late is told too, as by the adapter that assistant-ui has of its own.
        if (utterance.status.type === 'ended') queueMicrotask(() => listener());
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    /** @param {object} status */
    const become = (status) => {
      utterance.status = status;
      if (utterance.status.type === 'ended') ear.abort();
      for (const listener of [...listeners]) listener();
    };
    this.#leave = () => {
      if (utterance.status.type !== 'ended') become({ type: 'ended', reason: 'cancelled' });
    };
    player.speakText(text);
    /** What the player calls it, once it does. @type {unknown} */
    let name;
    player.addEventListener(
      'statechange',
      (/** @type {CustomEvent} */ { detail: { status, message, failure } }) => {
        if (typeof message === 'symbol') name ??= message;
        const reason = name !== undefined && message !== null && message !== name ? 'cancelled' : ENDS[status];
        if (reason) become({ type: 'ended', reason, ...(reason === 'error' && { error: failure }) });
        else if (status === 'playing' && utterance.status.type === 'starting') become({ type: 'running' });
      },
      { signal: ear.signal },
    );
    // Where what speaks was there already, it has begun.
    if (typeof player.state.message === 'symbol') name = player.state.message;
    return utterance;
  }
}
